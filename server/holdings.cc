#include "server/holdings.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "server/name_cursor.h"

namespace binnacle::server {
namespace {

using translator::ResourceSet;
using Names = std::vector<absl::string_view>;

// From this many names on, the type's resources are taken as a whole rather
// than looked up one by one.
constexpr size_t kManyNames = 32;
// So many names are kept apart from the list of wanted ones before it is made anew.
constexpr size_t kUnlisted = 64;

bool Same(const ResourcePtr& a, const ResourcePtr& b) {
  return a == b || (a != nullptr && b != nullptr && a->version() == b->version());
}

template <typename Run, typename NameOf>
void MergeInto(Names& names, const Run& run, NameOf name_of) {
  Names sorted;
  absl::c_transform(run, std::back_inserter(sorted), name_of);
  if (names.empty()) {
    names = std::move(sorted);
  } else if (!sorted.empty()) {
    Names merged;
    merged.reserve(names.size() + sorted.size());
    absl::c_set_union(names, sorted, std::back_inserter(merged));
    names = std::move(merged);
  }
}

void MergeInto(Names& names, const ResourceSet* set) {
  if (set == nullptr) return;
  MergeInto(names, *set, [](const ResourcePtr& r) { return absl::string_view(r->name()); });
}

void MergeInto(Names& names, const NameList* list) {
  if (list == nullptr) return;
  Names sorted;
  sorted.reserve(list->size());
  for (size_t i = 0; i < list->size(); ++i) sorted.push_back((*list)[i]);
  MergeInto(names, sorted, [](absl::string_view name) { return name; });
}

}  // namespace

// StateOf() for names that come in ascending order.
class Holdings::Lookup {
 public:
  explicit Lookup(const Holdings& holdings)
      : holdings_(holdings),
        base_(holdings.base_.get()),
        listed_(holdings.listed_.get()),
        asked_(holdings.asked_.get()),
        exception_(holdings.exceptions_.begin()) {}

  State Find(absl::string_view name) {
    const auto end = holdings_.exceptions_.end();
    while (exception_ != end && exception_->first < name) ++exception_;
    if (exception_ != end && exception_->first == name) return exception_->second;
    State state;
    state.wanted = listed_.Find(name);
    if (state.wanted || holdings_.holds_all_) {
      if (const ResourcePtr* held = base_.Find(name); held != nullptr) state.held = *held;
    }
    if (asked_.Find(name)) state.wanted = state.due = true;
    return state;
  }

 private:
  const Holdings& holdings_;
  SetCursor base_;
  ListCursor listed_;
  ListCursor asked_;
  Exceptions::const_iterator exception_;
};

Holdings::State Holdings::Implied(absl::string_view name) const {
  State state;
  state.wanted = listed_ != nullptr && listed_->Contains(name);
  if (base_ != nullptr && (state.wanted || holds_all_)) state.held = base_->Find(name);
  if (asked_ != nullptr && asked_->Contains(name)) state.wanted = state.due = true;
  return state;
}

Holdings::State Holdings::StateOf(absl::string_view name) const {
  const auto it = exceptions_.find(name);
  return it == exceptions_.end() ? Implied(name) : it->second;
}

Holdings::State& Holdings::Except(absl::string_view name) {
  const auto it = exceptions_.find(name);
  if (it != exceptions_.end()) return it->second;
  return exceptions_.emplace(std::string(name), Implied(name)).first->second;
}

void Holdings::DropExceptionIfImplied(absl::string_view name) {
  const auto it = exceptions_.find(name);
  const State implied = Implied(name);
  const State& state = it->second;
  if (state.held == implied.held && state.wanted == implied.wanted && state.due == implied.due &&
      !state.foreign && !state.outside) {
    exceptions_.erase(it);
  }
}

void Holdings::Hold(State& state, ResourcePtr resource) {
  if (!Same(state.held, resource)) {
    if (state.held != nullptr) {
      --held_;
      held_hash_ -= ResourceSet::HashOf(state.held->name(), state.held->version());
    }
    if (resource != nullptr) {
      ++held_;
      held_hash_ += ResourceSet::HashOf(resource->name(), resource->version());
    }
  }
  state.held = std::move(resource);
}

void Holdings::CountHeld() {
  held_ = held_hash_ = 0;
  for (const ResourcePtr& resource : held()) {
    ++held_;
    held_hash_ += ResourceSet::HashOf(resource->name(), resource->version());
  }
}

void Holdings::Want(const std::vector<absl::string_view>& names) {
  if (told_ != nullptr) {
    // Whoever asks after it has said what it holds waits for the answer.
    const absl::btree_set<absl::string_view> asked(names.begin(), names.end());
    told_->Forget([&](absl::string_view name) { return asked.contains(name); });
  }
  touched_ = true;
  if (names.size() <= kUnlisted) {
    for (const absl::string_view name : names) {
      State& state = Except(name);
      if (!state.wanted) ++wanted_;
      state.wanted = state.due = true;
    }
    return;
  }
  auto list = NameList::Of(names);
  if (wanted_ == 0 && exceptions_.empty()) {
    wanted_ = list->size();
    asked_ = std::move(list);
    return;
  }
  Lookup lookup(*this);
  for (size_t i = 0; i < list->size(); ++i) {
    if (!lookup.Find((*list)[i]).wanted) ++wanted_;
    const auto it = exceptions_.find((*list)[i]);
    if (it != exceptions_.end()) it->second.wanted = it->second.due = true;
  }
  if (asked_ != nullptr) {
    Names both;
    MergeInto(both, list.get());
    MergeInto(both, asked_.get());
    list = NameList::Of(both);
  }
  asked_ = std::move(list);
}

void Holdings::Unwant(const std::vector<absl::string_view>& names, bool ask_again) {
  for (const absl::string_view name : names) {
    if (!Wants(name)) continue;
    State& state = Except(name);
    --wanted_;
    state.wanted = false;
    state.due = ask_again;
    if (!ask_again) {
      Hold(state, nullptr);
      state.foreign = false;
    }
    DropExceptionIfImplied(name);
  }
  if (told_ != nullptr) {
    const absl::btree_set<absl::string_view> gone(names.begin(), names.end());
    told_->Forget([&](absl::string_view name) { return gone.contains(name); });
  }
  touched_ = true;
}

bool Holdings::WantExactly(const std::vector<absl::string_view>& names) {
  const auto list = NameList::Of(names);
  if (list == listed_ && asked_ == nullptr && exceptions_.empty()) return false;
  Names sorted;
  MergeInto(sorted, list.get());
  const Names before = WantedNames();
  Names gone;
  Names added;
  absl::c_set_difference(before, sorted, std::back_inserter(gone));
  absl::c_set_difference(sorted, before, std::back_inserter(added));
  if (gone.empty() && added.empty()) return false;
  // Copies: what these point into moves while exceptions are made.
  const std::vector<std::string> copies(gone.begin(), gone.end());
  Unwant({copies.begin(), copies.end()}, /*ask_again=*/false);
  if (!added.empty()) Want(added);
  return true;
}

void Holdings::Believe(ToldVersions told) {
  told_ = told.empty() ? nullptr : std::make_unique<ToldVersions>(std::move(told));
  touched_ = true;
}

void Holdings::BelieveAll(std::shared_ptr<const ResourceSet> all) {
  HoldExactly(std::move(all), /*wildcard=*/true);
  touched_ = true;
}

void Holdings::DropUnwanted() {
  if (told_ != nullptr) told_->Forget([&](absl::string_view name) { return !Wants(name); });
  // What is only now wanted by name as well stays.
  for (size_t i = 0; holds_all_ && asked_ != nullptr && i < asked_->size(); ++i) {
    Except((*asked_)[i]);
  }
  holds_all_ = false;
  std::vector<std::string> dropped;
  for (auto& [name, state] : exceptions_) {
    if (state.wanted) continue;
    state = State();
    dropped.push_back(name);
  }
  for (const std::string& name : dropped) DropExceptionIfImplied(name);
  CountHeld();
  touched_ = true;
}

void Holdings::Repeat(const std::set<std::string>& names) {
  if (held_ == 0) return;
  for (const std::string& name : names) {
    if (HeldAs(name) == nullptr) continue;
    Except(name).due = true;
    touched_ = true;
  }
}

void Holdings::Distrust(const std::vector<Doubt>& doubts) {
  for (const Doubt& doubt : doubts) {
    State& state = Except(doubt.name);
    Hold(state, nullptr);
    state.foreign = true;
    state.due = state.wanted && !doubt.had_before && !state.outside;
    touched_ = true;
  }
}

bool Holdings::Wants(absl::string_view name) const {
  const auto it = exceptions_.find(name);
  if (it != exceptions_.end()) return it->second.wanted;
  return (listed_ != nullptr && listed_->Contains(name)) ||
         (asked_ != nullptr && asked_->Contains(name));
}

std::vector<ResourcePtr> Holdings::held() const {
  Names names;
  if (holds_all_) MergeInto(names, base_.get());
  MergeInto(names, listed_.get());
  MergeInto(names, exceptions_, [](const auto& e) { return absl::string_view(e.first); });
  std::vector<ResourcePtr> held;
  held.reserve(names.size());
  Lookup lookup(*this);
  for (const absl::string_view name : names) {
    State state = lookup.Find(name);
    if (state.held != nullptr) held.push_back(std::move(state.held));
  }
  return held;
}

std::string Holdings::Version() const {
  return absl::StrCat(absl::Hex(held_hash_, absl::kZeroPad16));
}

std::vector<absl::string_view> Holdings::WantedNames() const {
  Names names;
  MergeInto(names, listed_.get());
  MergeInto(names, asked_.get());
  MergeInto(names, exceptions_, [](const auto& e) { return absl::string_view(e.first); });
  auto exception = exceptions_.begin();
  std::erase_if(names, [&](absl::string_view name) {
    if (exception == exceptions_.end() || exception->first != name) return false;
    return !(exception++)->second.wanted;
  });
  return names;
}

// `listed_`, or exactly what is wanted: a name of which they say different
// things has been asked for just now, or is an exception.
std::shared_ptr<const NameList> Holdings::NextList() const {
  if (asked_ == nullptr) {
    const auto unlisted = absl::c_count_if(exceptions_, [&](const auto& exception) {
      const bool listed = listed_ != nullptr && listed_->Contains(exception.first);
      return listed != exception.second.wanted;
    });
    if (static_cast<size_t>(unlisted) <= kUnlisted) return listed_;
  } else if (listed_ == nullptr && exceptions_.empty()) {
    return asked_;
  }
  const Names names = WantedNames();
  return names.empty() ? nullptr : NameList::Of(names);
}

// Walks along the names that may differ, and makes the exceptions anew.
class Holdings::Comparison {
 public:
  Comparison(Holdings& holdings, Offer& offer, std::shared_ptr<const ResourceSet> all,
             bool wildcard, Permit permit)
      : holdings_(holdings),
        offer_(offer),
        all_(std::move(all)),
        wildcard_(wildcard),
        permit_(permit),
        withholds_(offer.Withholds(holdings.type_)),
        list_(all_ == nullptr ? nullptr : holdings.NextList()),
        before_(holdings),
        offered_(all_.get()),
        listed_(list_.get()) {}

  Difference Run() {
    if (holdings_.told_ != nullptr) told_ = holdings_.told_->Sorted();
    for (const absl::string_view name : NamesToVisit()) Visit(name);
    holdings_.exceptions_ = std::move(exceptions_);
    holdings_.listed_ = std::move(list_);
    holdings_.base_ = std::move(all_);
    holdings_.holds_all_ = wildcard_;
    holdings_.asked_ = nullptr;
    holdings_.told_ = nullptr;
    return std::move(difference_);
  }

 private:
  Names NamesToVisit() const {
    Names names;
    if (const auto changed = Changed(); changed.has_value()) {
      names = *changed;
    } else {
      if (wildcard_) MergeInto(names, all_.get());
      if (holdings_.holds_all_) MergeInto(names, holdings_.base_.get());
      MergeInto(names, holdings_.listed_.get());
      if (wildcard_) MergeInto(names, told_, [](const auto& told) { return told.name; });
    }
    MergeInto(names, holdings_.asked_.get());
    MergeInto(names, holdings_.exceptions_,
              [](const auto& exception) { return absl::string_view(exception.first); });
    return names;
  }

  // Outside of these and of the exceptions, what was implied still is.
  std::optional<Names> Changed() const {
    const ResourceSet* before = holdings_.base_.get();
    if (before == nullptr || all_ == nullptr || holdings_.holds_all_ != wildcard_) {
      return std::nullopt;
    }
    if (before->hash() == all_->hash() && before->size() == all_->size()) return Names();
    return all_->ChangedSince(*before);
  }

  void Visit(absl::string_view name) {
    State state = before_.Find(name);
    if (state.held != nullptr) state.outside = false;
    const ResourcePtr* offered = offered_.Find(name);
    ResourcePtr resource;
    if (offered != nullptr) {
      if (wildcard_ || state.wanted) resource = *offered;
    } else if (state.wanted) {
      resource = offer_.Find(holdings_.type_, name);
      holdings_.elsewhere_ = true;
    }
    if (Believed(name, state, resource)) {
      holdings_.Hold(state, std::move(resource));
      state.due = false;
    } else if (withholds_ && StandsBack(name, state, resource)) {
      if (state.outside) state.due = false;
    } else if (resource != nullptr) {
      Present(state, std::move(resource));
    } else {
      Absent(name, state);
    }
    Keep(name, std::move(state), offered == nullptr ? nullptr : offered->get());
  }

  bool Believed(absl::string_view name, State& state, const ResourcePtr& resource) {
    while (next_told_ < told_.size() && told_[next_told_].name < name) ++next_told_;
    if (next_told_ == told_.size() || told_[next_told_].name != name) return false;
    if (state.held != nullptr || !(state.wanted || wildcard_)) return false;
    if (resource != nullptr && resource->version() == told_[next_told_].version) return true;
    state.foreign = state.outside = true;
    return false;
  }

  // The proxy is told nothing of the name.
  bool StandsBack(absl::string_view name, const State& state, const ResourcePtr& resource) const {
    switch (offer_.Withheld(holdings_.type_, name)) {
      case Withholding::kNot:
        return false;
      case Withholding::kForNow:
        return resource == nullptr;
      case Withholding::kForGood:
        return state.foreign && (state.outside || (resource == nullptr && !state.due));
    }
    return false;
  }

  void Present(State& state, ResourcePtr resource) {
    const bool same = Same(state.held, resource);
    if (state.due ? !permit_.answers : !same && !permit_.updates) {
      holdings_.updates_wait_ = true;
      return;
    }
    if (!same || state.due) {
      difference_.sent.push_back(resource);
      difference_.replaced.push_back(state.held);
      state.due = state.foreign = false;
    }
    holdings_.Hold(state, std::move(resource));  // lets go of the older copy
  }

  void Absent(absl::string_view name, State& state) {
    const bool holds = state.held != nullptr || state.foreign;
    if (!holds && !state.due) return;
    if (!state.due && !permit_.removals) {
      holdings_.removals_wait_ = true;
      return;
    }
    if (state.held == nullptr) ++difference_.unknown;
    difference_.removed.emplace_back(name);
    if (state.due && (state.held != nullptr || !state.foreign)) {
      difference_.vacant.push_back({std::string(name), state.held});
    }
    holdings_.Hold(state, nullptr);
    state.due = state.foreign = false;
  }

  void Keep(absl::string_view name, State state, const translator::Resource* offered) {
    const bool listed = listed_.Find(name);
    const auto* implied = listed || wildcard_ ? offered : nullptr;
    const bool missing = listed && implied == nullptr;  // to be looked for every time
    // Until the answer is in, which it is at the next comparison.
    if (state.outside && state.held != nullptr) holdings_.touched_ = true;
    if (state.wanted != listed || state.due || state.foreign || state.outside || missing ||
        state.held.get() != implied) {
      exceptions_.emplace_hint(exceptions_.end(), std::string(name), std::move(state));
    }
  }

  Holdings& holdings_;
  Offer& offer_;
  std::shared_ptr<const ResourceSet> all_;
  const bool wildcard_;
  const Permit permit_;
  const bool withholds_;
  std::shared_ptr<const NameList> list_;
  Lookup before_;
  SetCursor offered_;
  ListCursor listed_;
  std::vector<ToldVersions::Entry> told_;
  size_t next_told_ = 0;
  Exceptions exceptions_;
  Difference difference_;
};

bool Holdings::UpToDate(const ResourceSet* all) const {
  return all != nullptr && all == base_.get() && !touched_ && !elsewhere_ && !updates_wait_ &&
         !removals_wait_;
}

// The proxy has said that it holds exactly what it would be sent. Sums of
// hashes tell that without a look at a single name; a proxy that made up names
// to deceive them would deceive itself.
bool Holdings::HoldsByItsWord(const ResourceSet* all, bool wildcard) const {
  if (told_ == nullptr || all == nullptr || base_ != nullptr || listed_ != nullptr) return false;
  if (!exceptions_.empty() || told_->size() != all->size() || told_->hash() != all->hash()) {
    return false;
  }
  if (wildcard) return asked_ == nullptr;
  return asked_ != nullptr && asked_->size() == told_->size() &&
         asked_->hash() == told_->name_hash();
}

void Holdings::HoldExactly(std::shared_ptr<const ResourceSet> all, bool wildcard) {
  held_ = all->size();
  held_hash_ = all->hash();
  base_ = std::move(all);
  holds_all_ = wildcard;
  listed_ = std::exchange(asked_, nullptr);
  told_ = nullptr;
}

Difference Holdings::Take(Offer& offer, bool wildcard, Permit permit) {
  std::shared_ptr<const ResourceSet> all;
  // Of virtual hosts the set is just what proxies have asked for.
  if (wildcard || wanted_ >= kManyNames || type_ == ResourceType::kVirtualHost) {
    all = offer.All(type_);
  }
  if (UpToDate(all.get())) return {};
  updates_wait_ = removals_wait_ = touched_ = elsewhere_ = false;
  if (HoldsByItsWord(all.get(), wildcard)) {
    HoldExactly(std::move(all), wildcard);
    return {};
  }
  return Comparison(*this, offer, std::move(all), wildcard, permit).Run();
}

}  // namespace binnacle::server
