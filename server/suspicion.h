// server/suspicion.h
//
// Which part of a refused response is to blame.
//
// Envoy names the clusters and listeners that it refuses, and takes the others.
// Of other types it refuses the whole response and often says nothing of what
// it was about. Then the suspects are tried on the same proxy in groups, each
// half as large as the one before, until one stands alone; a group that is
// accepted is cleared. What the words of the refusal quote is tried first, but
// never convicted on that alone.
//
// Threads  belongs to one stream's strand.
// Spec     Envoy: "Error adding/updating cluster(s)", "... listener(s)".
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/offer.h"
#include "server/resource_part.h"

namespace binnacle::server {

struct Suspect {
  ResourcePtr resource;  // as it was sent
  ResourcePart part;
  ResourcePtr before;  // what the proxy had acknowledged; nullptr: nothing
  // It was not looked at by parts, though it may have some.
  bool indivisible = false;

  const std::string& name() const { return resource->name(); }
};

class Suspicion {
 public:
  struct Verdict {
    std::vector<Suspect> guilty;
    bool others_taken = false;  // the proxy has applied the rest of the response
  };
  // A response has been refused that changed exactly `suspects`.
  Verdict Refused(ResourceType type, std::vector<Suspect> suspects, const std::string& error);
  // These have been accepted: those of them that are suspects are cleared.
  void Accepted(const std::vector<ResourcePtr>& resources);
  // Clears those of which the offer no longer has that version.
  void Prune(Offer& offer);
  void Drop() { groups_.clear(); }

  bool open() const { return !groups_.empty(); }
  // Those not to be sent before their turn comes.
  std::vector<Suspect> Waiting() const;
  // All that are not cleared yet.
  std::vector<Suspect> All() const;

 private:
  void Divide(std::vector<Suspect> suspects, const std::string& error);
  template <typename Is>
  void Remove(Is is);

  std::vector<std::vector<Suspect>> groups_;  // the last is on trial
};

// The named parts that hold what the words of a refusal quote.
std::vector<ResourcePart> PartsQuoted(const translator::Resource& resource,
                                      absl::string_view error);

// Resources that Envoy's words name as refused: all of them, if they begin as
// Envoy's do when it has taken the others.
std::vector<std::string> NamedAsRefused(absl::string_view error,
                                        const std::vector<std::string>& names);

}  // namespace binnacle::server
