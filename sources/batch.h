// sources/batch.h
//
// A Batch is what a source says has changed since the batch before: whole, so
// that what belongs together takes effect together.
//
// Threads  a value; what it points to is immutable.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "policy/finding.h"
#include "policy/object.h"

namespace binnacle::sources {

struct Batch {
  std::vector<std::shared_ptr<const policy::Object>> put;
  std::vector<policy::ObjectKey> removed;

  // Everything that the source has to complain of now, not only what is new.
  std::vector<policy::Finding> findings;
  // "apiVersion/kind" of what was found and ignored, each once.
  std::vector<std::string> unknown_kinds;

  // True from the batch on with which everything has been read once.
  bool complete = false;
  // When the first of these changes was noticed.
  absl::Time seen = absl::InfinitePast();

  // False while the source cannot be read: what it said before stays in effect,
  // and `status` says why. True: `status` says what is there.
  bool healthy = true;
  std::string status;
};

}  // namespace binnacle::sources
