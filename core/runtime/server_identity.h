#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace leat {

// The names by which clients know one life of the server.
struct ServerIdentity {
  std::string server_id;  // shape of a public nkey of a server: 'N' and 55 more
  std::string xkey;       // shape of a public curve key: 'X' and 55 more
};

// Drawn from the machine's random source. The keys behind these names do not exist: nothing signs
// or seals yet.
ServerIdentity random_server_identity();
std::uint64_t random_number();  // unguessable; one system call

// base32(prefix byte, 32 bytes of key, CRC16 of both): the text form of a public nkey.
std::string nkey_text(std::uint8_t prefix, std::string_view key);

}  // namespace leat
