// server/screen.h
//
// What is kept back from one proxy alone, of one type: parts that it has itself
// refused, suspects that wait for their trial, and what depends on something
// that the proxy cannot have. Its class may well be offered them.
//
// Threads  belongs to one stream's strand.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/offer.h"
#include "server/resource_part.h"
#include "server/suspicion.h"

namespace binnacle::server {

class Screen {
 public:
  explicit Screen(ResourceType type) : type_(type) {}

  void Refuse(const Suspect& suspect);
  // Replaces those of before.
  void SetWaiting(const std::vector<Suspect>& waiting);
  void SetDependent(const std::vector<Suspect>& dependent);
  // Drops what this proxy has refused and its class is neither offered any
  // more nor known to refuse.
  void Prune(Offer& offer);

  bool empty() const { return own_.empty() && waiting_.empty() && dependent_.empty(); }
  bool refuses() const { return !own_.empty(); }
  // Resources that the proxy has refused and had no earlier version of.
  std::vector<std::string> Lost() const;
  // Something that the proxy had acknowledged stands in place of what is newer.
  bool keeps_former() const;

  // What of an offered resource (of all of them) the proxy is to have.
  ResourcePtr Pass(const ResourcePtr& offered) const;
  std::shared_ptr<const translator::ResourceSet> Pass(
      const std::shared_ptr<const translator::ResourceSet>& offered) const;
  Withholding Withheld(absl::string_view name) const;

 private:
  using Substitutions = std::map<std::string, Substitution, std::less<>>;

  static void Add(const Suspect& suspect, Substitutions& into);
  Substitute Answer(const std::string& name, const ResourcePtr& offered) const;
  void Forget();

  const ResourceType type_;
  Substitutions own_;
  Substitutions waiting_;
  Substitutions dependent_;
  // What was last asked, and answered.
  mutable std::shared_ptr<const translator::ResourceSet> asked_;
  mutable std::shared_ptr<const translator::ResourceSet> answer_;
};

// An offer as it looks through a screen.
class ScreenedOffer final : public Offer {
 public:
  // Both outlive it.
  ScreenedOffer(Offer& offer, const Screen& screen) : offer_(offer), screen_(screen) {}

  std::shared_ptr<const translator::ResourceSet> All(ResourceType type) override {
    return screen_.Pass(offer_.All(type));
  }
  ResourcePtr Find(ResourceType type, absl::string_view name) override {
    return screen_.Pass(offer_.Find(type, name));
  }
  bool Withholds(ResourceType /*type*/) const override { return true; }
  Withholding Withheld(ResourceType type, absl::string_view name) const override {
    const Withholding own = screen_.Withheld(name);
    return own != Withholding::kNot ? own : offer_.Withheld(type, name);
  }
  uint64_t revision() const override { return offer_.revision(); }
  absl::Time seen() const override { return offer_.seen(); }

 private:
  Offer& offer_;
  const Screen& screen_;
};

}  // namespace binnacle::server
