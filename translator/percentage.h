// translator/percentage.h
//
// Percentages as Envoy counts them.
//
// Threads  pure.
// Spec     Envoy v3 FractionalPercent.
#pragma once

#include "envoy/type/v3/percent.pb.h"

namespace binnacle::translator {

// 0..100, to the ten-thousandth of a percent: a numerator over a million.
// Values outside are brought to the nearest bound.
void SetPercentage(double percent, envoy::type::v3::FractionalPercent& fraction);

// 0..100, over a hundred.
void SetWholePercentage(int percent, envoy::type::v3::FractionalPercent& fraction);

}  // namespace binnacle::translator
