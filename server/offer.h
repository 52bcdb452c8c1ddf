// server/offer.h
//
// An Offer is all that a class of proxies should hold at one snapshot. The
// protocol states read it; where its resources come from is not their concern.
//
// Threads  safe to use from several threads at once: streams of one class
//          share one Offer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/class_turn.h"
#include "translator/references.h"
#include "translator/resource.h"
#include "translator/resource_set.h"

namespace binnacle::server {

using translator::ResourcePtr;
using translator::ResourceType;

class Refusals;

// Whether something stands back under a name that would otherwise be offered.
enum class Withholding : uint8_t {
  kNot,
  kForNow,   // it waits for its turn: say nothing
  kForGood,  // it was refused, and there is nothing to put in its place: who has
             // an earlier version keeps it
};

class Offer {
 public:
  virtual ~Offer() = default;

  // Every resource of the type that the class's configuration speaks of; for
  // CDS and LDS what a wildcard subscription gets. Never null.
  virtual std::shared_ptr<const translator::ResourceSet> All(ResourceType type) = 0;
  // nullptr if there is none of that name.
  virtual ResourcePtr Find(ResourceType type, absl::string_view name) = 0;

  // What a cluster or listener of this offer makes its proxy ask for next.
  virtual const translator::References& ReferencesOf(const ResourcePtr& resource) {
    return resource->references();
  }

  // Whether All() of the type answers at once.
  virtual bool IsMade(ResourceType /*type*/) const { return true; }
  // To be had before All() of a type that is not made.
  virtual std::optional<ClassTurn::Held> TakeTurn(const std::function<void()>& /*then*/) {
    return ClassTurn::Held();
  }

  // False: Withheld() says kNot to every name of the type.
  virtual bool Withholds(ResourceType /*type*/) const { return false; }
  virtual Withholding Withheld(ResourceType /*type*/, absl::string_view /*name*/) const {
    return Withholding::kNot;
  }
  // What the class is known to refuse; nullptr if nobody keeps a record.
  virtual Refusals* refusals() { return nullptr; }

  virtual uint64_t revision() const = 0;
  // When the earliest change that led to this offer was noticed.
  virtual absl::Time seen() const = 0;
};

}  // namespace binnacle::server
