// translator/route_list.h
//
// The routes of one virtual host, serialised as they are added.
//
// Threads  belongs to one thread.
// Spec     Envoy v3 VirtualHost.routes: the first that matches decides.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "translator/message_form.h"
#include "translator/route_effect.h"
#include "translator/route_match.h"

namespace binnacle::translator {

class RouteList {
 public:
  // Routes that take everything stand behind those that do not: where several
  // VirtualServices are joined, an early one would hide the rest.
  void Add(const RouteEffect& effect, const MatchBytes& match, absl::string_view name,
           absl::string_view stat_prefix = "");

  // A route that takes everything: `form` is a field of VirtualHost.routes.
  void AddFilled(const MessageForm& form, MessageForm::Texts texts) { form.AppendTo(all_, texts); }

  bool empty() const { return some_.empty() && all_.empty(); }

  // VirtualHost.routes, with tags and lengths: the second follows the first.
  absl::string_view some() const { return some_; }
  absl::string_view all() const { return all_; }

 private:
  std::string some_;
  std::string all_;
};

}  // namespace binnacle::translator
