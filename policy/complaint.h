// policy/complaint.h
//
// A Complaint is what is wrong with one value, told by a rule that does not
// know where the value stands. A Place adds the where.
#pragma once

#include <optional>
#include <string>

namespace binnacle::policy {

struct Complaint {
  std::string code;     // stable: "bad-host"
  std::string message;  // what is wrong and what is allowed
  std::string remedy;   // what to write instead, if evident

  friend bool operator==(const Complaint&, const Complaint&) = default;
};

// What a rule answers: nothing when the value is sound.
using Verdict = std::optional<Complaint>;

}  // namespace binnacle::policy
