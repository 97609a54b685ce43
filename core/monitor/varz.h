#pragma once

#include <string>

#include "core/monitor/snapshot.h"
#include "proto/json/json_writer.h"

namespace leat {

// The body of /varz.
std::string varz_json(const MonitorFacts& facts, const MonitorSnapshot& snapshot,
                      const ProcessFigures& figures, WallNs now);

// What /varz and /jsz both show of JetStream.
void write_jetstream_config(JsonWriter& json, const MonitorFacts& facts);
void write_jetstream_limits(JsonWriter& json, const MonitorFacts& facts);
// The fields "memory" to "api", into the object that is open.
void write_jetstream_stats(JsonWriter& json, const MonitorFacts& facts,
                           const MonitorSnapshot& snapshot);

}  // namespace leat
