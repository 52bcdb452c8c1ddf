#include "agent/version.h"

namespace binnacle::agent {

absl::string_view Version() { return BINNACLE_VERSION; }

}  // namespace binnacle::agent
