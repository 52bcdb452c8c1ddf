// server/containment.h
//
// What one stream knows of its proxy's refusals of one type: it finds the part
// to blame, and keeps from the proxy what it has refused, until another version
// of that is offered. Made when a proxy first refuses something.
//
// Threads  belongs to one stream's strand.
// Spec     design section 3: a rejected resource is contained.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/holdings.h"
#include "server/offer.h"
#include "server/screen.h"
#include "server/subscription.h"
#include "server/suspicion.h"

namespace binnacle::server {

class Containment {
 public:
  explicit Containment(ResourceType type) : type_(type), screen_(type) {}

  struct Outcome {
    // Whom the class is to be told of.
    std::vector<Suspect> guilty;
    // Of which it is no longer known what the proxy holds.
    std::vector<Doubt> doubts;
    // What it has taken nevertheless.
    std::vector<ResourcePtr> taken;
  };
  // `has_own` says of a name whether the proxy came with a version of its own
  // that it may still have.
  Outcome Refused(const Reception& reception,
                  const std::function<bool(absl::string_view)>& has_own);
  void Accepted(const std::vector<ResourcePtr>& resources);

  // With `offer` as the class has it: what is over is dropped.
  void Review(Offer& offer);

  // A culprit is being looked for, or something refused is still offered.
  bool open() const { return suspicion_.open() || screen_.refuses(); }
  bool searching() const { return suspicion_.open(); }
  bool idle() const { return !open() && screen_.empty(); }
  Screen& screen() { return screen_; }
  const Screen& screen() const { return screen_; }

 private:
  std::vector<Suspect> Suspects(const Reception& reception,
                                const std::function<bool(absl::string_view)>& has_own);
  void ForgetIfFound();
  void Convict(const Suspicion::Verdict& verdict, const std::string& error, Outcome& outcome);

  const ResourceType type_;
  Screen screen_;
  Suspicion suspicion_;
  size_t convictions_ = 0;
  // While a culprit is looked for, by name: what the proxy had when it began,
  // and what it has acknowledged since. nullptr: nothing.
  std::map<std::string, ResourcePtr> at_first_;
  std::map<std::string, ResourcePtr> since_;
};

}  // namespace binnacle::server
