#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace leat::testing {

// Compares bytes with the file tests/golden/NAME, which pins a format. LEAT_WRITE_GOLDEN=1 writes
// the file of a new format version instead; a file that exists is never rewritten.
inline void expect_golden(const std::string& name, std::string_view bytes) {
  const std::string path = std::string(LEAT_SOURCE_DIR) + "/tests/golden/" + name;
  std::ifstream file(path, std::ios::binary);
  if (!file && std::getenv("LEAT_WRITE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << bytes;
    return;
  }
  ASSERT_TRUE(file) << "no golden file " << path;
  const std::string golden((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
  EXPECT_TRUE(golden == bytes) << name << " differs: " << bytes.size() << " bytes, golden "
                               << golden.size() << "; a format change needs a new version";
}

inline std::string read_golden(const std::string& name) {
  std::ifstream file(std::string(LEAT_SOURCE_DIR) + "/tests/golden/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace leat::testing
