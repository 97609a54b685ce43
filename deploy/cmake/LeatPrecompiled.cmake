# Precompiled headers: two sets that all targets share, as each takes seconds to make. They hold what
# is not ours, so that a change of one of our headers compiles only the files that include it.
# GCC refuses a set made with another optimisation level than the file that reads it, so tests have
# their own.

# Tests check what the modules do, and take a third less time to compile than with -O2.
add_library(leat_test_flags INTERFACE)
target_compile_options(leat_test_flags INTERFACE -O1)
# As googletest says of itself, for who reads the set without it.
target_compile_definitions(leat_test_flags INTERFACE GTEST_HAS_PTHREAD=1)

set(LEAT_PRECOMPILED
    <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <deque> <functional> <list>
    <map> <memory> <mutex> <optional> <set> <span> <sstream> <string> <string_view> <unordered_map>
    <utility> <variant> <vector> <tl/expected.hpp>)

# leat_use_precompiled(TARGET SET): the files of TARGET read the headers of SET from memory.
function(leat_use_precompiled target set)
  if(LEAT_PCH)
    target_precompile_headers(${target} REUSE_FROM ${set})
  endif()
endfunction()

if(LEAT_PCH)
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/precompiled.cc" CONTENT "")
  add_library(leat_precompiled OBJECT "${CMAKE_BINARY_DIR}/precompiled.cc")
  target_precompile_headers(leat_precompiled PRIVATE ${LEAT_PRECOMPILED})

  add_library(leat_test_precompiled OBJECT "${CMAKE_BINARY_DIR}/precompiled.cc")
  target_link_libraries(leat_test_precompiled PRIVATE GTest::gtest GTest::gmock leat_test_flags)
  target_precompile_headers(leat_test_precompiled PRIVATE ${LEAT_PRECOMPILED}
                             <gmock/gmock.h> <gtest/gtest.h>)
endif()
