// tests/ca/scratch_files.h
//
// Files of a test, and what a program has to say about them.
#pragma once

#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"

namespace binnacle::ca {

inline void PutFile(const std::string& path, const std::string& content, mode_t mode = 0600) {
  {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << content;
    REQUIRE(file.good());
  }
  REQUIRE(chmod(path.c_str(), mode) == 0);
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

struct Said {
  int exit_code = -1;
  std::string text;  // standard output and error
};

inline Said Run(const std::string& command) {
  FILE* const pipe = popen(absl::StrCat(command, " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  Said said;
  std::array<char, 4096> buffer;
  while (const size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) {
    said.text.append(buffer.data(), size);
  }
  said.exit_code = WEXITSTATUS(pclose(pipe));
  return said;
}

}  // namespace binnacle::ca
