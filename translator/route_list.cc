#include "translator/route_list.h"

#include "envoy/config/route/v3/route_components.pb.h"
#include "translator/field_bytes.h"

namespace binnacle::translator {

using envoy::config::route::v3::Decorator;
using envoy::config::route::v3::Route;
using envoy::config::route::v3::VirtualHost;

void RouteList::Add(const RouteEffect& effect, const MatchBytes& match, absl::string_view name,
                    absl::string_view stat_prefix) {
  const size_t operation = effect.operation.size() + match.path.size() + match.suffix.size();
  const size_t decorator = FieldSize(Decorator::kOperationFieldNumber, operation);
  const size_t size = FieldSize(Route::kMatchFieldNumber, match.message.size()) +
                      effect.before.size() + FieldSize(Route::kDecoratorFieldNumber, decorator) +
                      effect.after.size() + TextSize(Route::kNameFieldNumber, name) +
                      TextSize(Route::kStatPrefixFieldNumber, stat_prefix);
  std::string& out = match.takes_all ? all_ : some_;
  out.reserve(out.size() + FieldSize(VirtualHost::kRoutesFieldNumber, size));
  AppendHeader(VirtualHost::kRoutesFieldNumber, size, out);
  AppendField(Route::kMatchFieldNumber, match.message, out);
  out.append(effect.before);
  AppendHeader(Route::kDecoratorFieldNumber, decorator, out);
  AppendHeader(Decorator::kOperationFieldNumber, operation, out);
  out.append(effect.operation);
  out.append(match.path.data(), match.path.size());
  out.append(match.suffix.data(), match.suffix.size());
  out.append(effect.after);
  AppendText(Route::kNameFieldNumber, name, out);
  AppendText(Route::kStatPrefixFieldNumber, stat_prefix, out);
}

}  // namespace binnacle::translator
