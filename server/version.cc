#include "server/version.h"

namespace binnacle::server {

absl::string_view Version() { return BINNACLE_VERSION; }

}  // namespace binnacle::server
