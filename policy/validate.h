// policy/validate.h
//
// The rules that a decoded object must keep beyond its types: hosts, ranges,
// names that must be unique, fields that exclude one another. Validators see
// one object alone; rules across objects are the analysis's.
//
// A validator names the field, never the line: the reader of the document
// knows where each field was written.
//
// Threads  pure; may run on any thread.
// Errors   into the Report; an object with an error is refused.
// Spec     Istio networking, security and authentication APIs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "policy/document.h"
#include "policy/finding.h"
#include "policy/object.h"

namespace binnacle::policy {

// What validators say about one object, in the order in which they said it.
class Report {
 public:
  struct Problem {
    Severity severity = Severity::kError;
    std::string field;
    std::string code;
    std::string message;
    std::string remedy;
  };

  // `field` is the path from the document's root as users write it, in
  // lowerCamelCase: "spec.http[0].match[1].uri.exact", "metadata.name"; map
  // entries as `spec.http[0].match[0].headers["end-user"]`. A field that is
  // missing may be named all the same: the nearest parent gives its place.
  // `code` is stable, in the manner of "bad-host"; `message` says what is wrong
  // and what is allowed; `remedy` what to write instead, if one is evident.
  void Error(std::string field, std::string code, std::string message, std::string remedy = "") {
    problems_.push_back({Severity::kError, std::move(field), std::move(code), std::move(message),
                         std::move(remedy)});
  }
  void Warn(std::string field, std::string code, std::string message, std::string remedy = "") {
    problems_.push_back({Severity::kWarning, std::move(field), std::move(code), std::move(message),
                         std::move(remedy)});
  }

  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

// Checks `object`, whose key, labels, annotations and body are set. Paths start
// with "spec." for Istio's kinds, whose body is the spec; the body of
// Kubernetes' kinds is the document, so their paths are the body's own.
// Defined in validate.cc, which hands each kind to its validate_<kind>.cc.
void Validate(const Object& object, const ParseOptions& options, Report& report);

}  // namespace binnacle::policy
