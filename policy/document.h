// policy/document.h
//
// The text of one policy file in, typed objects and findings out. Every error
// of a document is reported, and a document with an error yields no object.
//
// Threads  pure; may run on any thread.
// Errors   as findings: a document that is not YAML yields one finding; what
//          stands before and behind it still counts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "policy/finding.h"
#include "policy/object.h"

namespace binnacle::policy {

struct Parsed {
  std::vector<std::shared_ptr<const Object>> objects;
  std::vector<Finding> findings;
  // Keys of documents that could be named but were refused: what was in
  // effect for them stays in effect.
  std::vector<ObjectKey> refused;
  // "apiVersion/kind" of documents of kinds that are not ours.
  std::vector<std::string> unknown_kinds;
  // True when the text ends in the middle (not YAML to its end): what the file
  // held before must then not be removed.
  bool truncated = false;
  // True when, besides that, the file may not say all that it is meant to: its
  // last document is refused, and may have been cut short, or a refused document
  // could not be named. What the file held before must not be removed either.
  bool incomplete = false;
};

// What is read, and how much of it.
struct ParseOptions {
  size_t max_bytes = 64u << 20;  // larger texts are refused
  std::string domain = "cluster.local";
};

// `text` is YAML or JSON: several documents, and `kind: List` documents.
Parsed ParseDocuments(absl::string_view text, const std::string& file,
                      const ParseOptions& options = {});

}  // namespace binnacle::policy
