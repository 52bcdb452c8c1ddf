// tests/fuzz/main.cc
//
//   fuzz_policy [--seconds N] [--seed N] [--keep DIR] PATH...
//
// Gives the fuzz target every file at the paths, and then, for N seconds,
// changed ones; those that reach code which no other did are changed in turn,
// and written to DIR. Without --seconds this is a test: whatever was once found
// stays mended.
//
// An input that crashes the target or takes longer than ten seconds is written
// to ./crash-<seed>-<number>.

#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/fuzz/coverage.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/mutation.h"

namespace binnacle::fuzz {
namespace {

constexpr unsigned kPatienceSeconds = 10;

// For the moment of death, in which little is allowed.
const std::string* current = nullptr;
char crash_file[64] = "crash";

void WriteCurrent() {
  if (current == nullptr) return;
  const int file = open(crash_file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0) return;
  [[maybe_unused]] const ssize_t written = write(file, current->data(), current->size());
  close(file);
  constexpr char kSaid[] = "the input is in ";
  [[maybe_unused]] const ssize_t said = write(STDERR_FILENO, kSaid, sizeof(kSaid) - 1) +
                                        write(STDERR_FILENO, crash_file, strlen(crash_file)) +
                                        write(STDERR_FILENO, "\n", 1);
}

void OnSignal(int signal) {
  WriteCurrent();
  std::signal(signal, SIG_DFL);
  raise(signal);
}

void Run(const std::string& input, uint64_t number, unsigned seed) {
  std::snprintf(crash_file, sizeof(crash_file), "crash-%u-%lu", seed,
                static_cast<unsigned long>(number));
  current = &input;
  alarm(kPatienceSeconds);
  TakeInput(input);
  alarm(0);
  current = nullptr;
}

std::vector<std::string> ReadAll(const std::vector<std::string>& paths) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : paths) {
    if (std::filesystem::is_regular_file(path)) files.emplace_back(path);
    if (!std::filesystem::is_directory(path)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> texts;
  for (const auto& file : files) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    texts.push_back(text.str());
  }
  return texts;
}

class Fuzzing {
 public:
  Fuzzing(std::vector<std::string> corpus, unsigned seed, std::string keep)
      : known_(std::move(corpus)), seed_(seed), keep_(std::move(keep)), mutation_(seed) {}

  void Replay() {
    for (const std::string& input : known_) Run(input, runs_++, seed_);
    TakeNews();
  }

  void GoOn(absl::Duration time) {
    const absl::Time end = absl::Now() + time;
    while (absl::Now() < end) {
      std::string input = mutation_.Of(known_);
      Run(input, runs_++, seed_);
      if (TakeNews()) Keep(std::move(input));
    }
  }

  std::string Summary() const {
    return absl::StrCat(runs_, " inputs, ", known_.size(), " of them worth keeping; seed ", seed_);
  }

 private:
  void Keep(std::string input) {
    if (!keep_.empty()) {
      std::ofstream(absl::StrCat(keep_, "/", seed_, "-", runs_), std::ios::binary) << input;
    }
    known_.push_back(std::move(input));
  }

  std::vector<std::string> known_;
  const unsigned seed_;
  const std::string keep_;
  Mutation mutation_;
  uint64_t runs_ = 0;
};

int Main(int argc, char** argv) {
  CLI::App app("gives a parser what it is not made for");
  int seconds = 0;
  unsigned seed = std::random_device()();
  std::string keep;
  std::vector<std::string> paths;
  app.add_option("--seconds", seconds, "how long to change inputs");
  app.add_option("--seed", seed, "which changes");
  app.add_option("--keep", keep, "a directory for inputs that reach new code");
  app.add_option("PATH", paths, "files, and directories of them")->required();
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGABRT, OnSignal);
  std::signal(SIGALRM, OnSignal);
#ifdef __SANITIZE_ADDRESS__
  __sanitizer_set_death_callback(WriteCurrent);
#endif
  std::vector<std::string> corpus = ReadAll(paths);
  if (corpus.empty()) {
    std::cerr << "there is no file at " << paths.front() << "\n";
    return 1;
  }
  Fuzzing fuzzing(std::move(corpus), seed, keep);
  fuzzing.Replay();
  fuzzing.GoOn(absl::Seconds(seconds));
  std::cout << fuzzing.Summary() << "\n";
  return 0;
}

}  // namespace
}  // namespace binnacle::fuzz

// What it does not catch ends it, as a crash of the target does.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape)
  return binnacle::fuzz::Main(argc, argv);
}
