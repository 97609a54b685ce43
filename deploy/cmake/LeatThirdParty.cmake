# Third-party libraries, each behind one target of ours, so that a trap is stepped around once.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

add_library(leat_expected INTERFACE)  # header only: libexpected-dev

add_library(leat_xxhash INTERFACE)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
target_link_libraries(leat_xxhash INTERFACE PkgConfig::XXHASH)

# Boost 1.81 is named exactly: Debian's default 1.74 has no usable Beast and JSON.
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS json url)
add_library(leat_boost_json INTERFACE)
target_link_libraries(leat_boost_json INTERFACE Boost::json)

add_library(leat_asio INTERFACE)
target_link_libraries(leat_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(leat_asio INTERFACE BOOST_ASIO_NO_DEPRECATED)

# The compiled spdlog of Debian needs the external fmt it was built with.
find_package(spdlog REQUIRED)
add_library(leat_spdlog INTERFACE)
target_link_libraries(leat_spdlog INTERFACE spdlog::spdlog)

# RocksDB::rocksdb is the static archive; the shared one is what Debian intends to be linked.
if(LEAT_ROCKSDB_ROOT)
  find_package(RocksDB REQUIRED CONFIG PATHS "${LEAT_ROCKSDB_ROOT}" NO_DEFAULT_PATH)
else()
  find_package(RocksDB REQUIRED CONFIG)
endif()
add_library(leat_rocksdb INTERFACE)
target_link_libraries(leat_rocksdb INTERFACE RocksDB::rocksdb-shared)

find_library(LEAT_CRYPT_LIBRARY crypt REQUIRED)  # libxcrypt: bcrypt
add_library(leat_crypt INTERFACE)
target_link_libraries(leat_crypt INTERFACE "${LEAT_CRYPT_LIBRARY}")

find_package(absl REQUIRED)
add_library(leat_time INTERFACE)
target_link_libraries(leat_time INTERFACE absl::time)

find_package(OpenSSL 3 REQUIRED)
add_library(leat_crypto INTERFACE)
target_link_libraries(leat_crypto INTERFACE OpenSSL::Crypto)

find_library(LEAT_JEMALLOC_LIBRARY jemalloc)
find_package(GTest REQUIRED)
find_package(benchmark QUIET)
