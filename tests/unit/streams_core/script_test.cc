// A rule of streams and consumers would differ from what tests/scripts says, or would not survive a
// restart.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/streams_core/script_runner.h"

namespace leat::testing {
namespace {

std::vector<std::string> script_paths() {
  std::vector<std::string> paths;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(LEAT_SOURCE_DIR) + "/tests/scripts")) {
    if (file.path().extension() == ".txt") paths.push_back(file.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// Commands begin with "> "; the lines behind one are what it says. Comments and empty lines stay.
std::string run_script(std::istream& in) {
  ScriptRunner runner;
  std::ostringstream out;
  for (std::string line; std::getline(in, line);) {
    const bool is_command = line.rfind("> ", 0) == 0;
    if (is_command || line.empty() || line[0] == '#') out << line << "\n";
    if (is_command) out << runner.run(line.substr(2));
  }
  return out.str();
}

class Script : public ::testing::TestWithParam<std::string> {};

// LEAT_REWRITE=1 writes the answers down anew, to be read in the change.
TEST_P(Script, SaysWhatItSaid) {
  std::ifstream file(GetParam());
  std::stringstream text;
  text << file.rdbuf();
  std::istringstream in(text.str());
  const std::string transcript = run_script(in);
  if (std::getenv("LEAT_REWRITE") != nullptr) {
    std::ofstream(GetParam()) << transcript;
    return;
  }
  EXPECT_EQ(transcript, text.str());
}

INSTANTIATE_TEST_SUITE_P(Scripts, Script, ::testing::ValuesIn(script_paths()),
                         [](const auto& script) {
                           return std::filesystem::path(script.param).stem().string();
                         });

}  // namespace
}  // namespace leat::testing
