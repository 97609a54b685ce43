# Language level, linker, compiler cache, sanitizers and allocator: everything about the tools.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set_property(GLOBAL PROPERTY USE_FOLDERS ON)

# Both off: every file must name what it uses, and clang-tidy can read the compile commands.
option(LEAT_PCH "Precompile the standard headers that most files read" ON)
option(LEAT_UNITY "Compile some files of a module together, which reads its headers once" ON)
set(CMAKE_UNITY_BUILD ${LEAT_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
set(LEAT_SANITIZE "" CACHE STRING "Sanitizers: empty, address-undefined or thread")

find_program(LEAT_CCACHE ccache)
if(LEAT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${LEAT_CCACHE}")
endif()
if(LEAT_CCACHE AND LEAT_PCH)
  # ccache can only cache files that use a precompiled header with these.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  else()
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env
      "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
      "${LEAT_CCACHE}")
endif()

find_program(LEAT_MOLD mold)
find_program(LEAT_LLD ld.lld)
if(LEAT_MOLD)
  add_link_options(-fuse-ld=mold)
elseif(LEAT_LLD)
  add_link_options(-fuse-ld=lld)
endif()

# SSE4.2 carries the crc32 instruction that every journal checksum uses.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_compile_options(-msse4.2)
endif()

if(LEAT_SANITIZE STREQUAL "address-undefined")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(LEAT_SANITIZE STREQUAL "thread")
  # Asio's fences and uninstrumented libraries are unknown to TSan.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  add_link_options(-fsanitize=thread)
elseif(NOT LEAT_SANITIZE STREQUAL "")
  message(FATAL_ERROR "LEAT_SANITIZE is '${LEAT_SANITIZE}'; use address-undefined or thread")
endif()
