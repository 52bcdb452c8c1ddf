// tests/ca/faulty_storage.h
//
// Files in memory, of which one step fails: the n-th read or write. Beyond the
// last step nothing fails.
#pragma once

#include <map>
#include <string>

#include "ca/storage.h"

namespace binnacle::ca {

class FaultyStorage final : public Storage {
 public:
  static constexpr int kNever = 1 << 30;

  explicit FaultyStorage(int fail_at_step = kNever) : fail_at_step_(fail_at_step) {}

  void FailAt(int step) {
    fail_at_step_ = step;
    step_ = 0;
    failed_ = false;
  }
  bool failed() const { return failed_; }

  absl::StatusOr<SecretText> Read(const std::string& name) const override {
    if (Fails()) return absl::UnavailableError("the disk does not answer");
    const auto found = files.find(name);
    if (found == files.end()) return absl::NotFoundError(name);
    return SecretText(found->second);
  }
  absl::Status Write(const std::string& name, absl::string_view content) override {
    if (Fails()) return absl::ResourceExhaustedError("the disk is full");
    files[name] = std::string(content);
    return absl::OkStatus();
  }
  absl::Status Remove(const std::string& name) override {
    if (Fails()) return absl::UnavailableError("the disk does not answer");
    files.erase(name);
    return absl::OkStatus();
  }
  bool Exists(const std::string& name) const override { return files.count(name) != 0; }

  std::map<std::string, std::string> files;

 private:
  bool Fails() const {
    const bool fails = step_++ == fail_at_step_;
    failed_ |= fails;
    return fails;
  }

  int fail_at_step_;
  mutable int step_ = 0;
  mutable bool failed_ = false;
};

}  // namespace binnacle::ca
