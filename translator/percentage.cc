#include "translator/percentage.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace binnacle::translator {

using envoy::type::v3::FractionalPercent;

void SetPercentage(double percent, FractionalPercent& fraction) {
  const double bounded = percent > 0 ? std::min(percent, 100.0) : 0.0;  // NaN counts as 0
  // 57.29 * 10000 is a little less than 572900: cutting off would lose one.
  fraction.set_numerator(static_cast<uint32_t>(std::lround(bounded * 10000)));
  fraction.set_denominator(FractionalPercent::MILLION);
}

void SetWholePercentage(int percent, FractionalPercent& fraction) {
  fraction.set_numerator(static_cast<uint32_t>(std::clamp(percent, 0, 100)));
  fraction.set_denominator(FractionalPercent::HUNDRED);
}

}  // namespace binnacle::translator
