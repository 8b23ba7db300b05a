package io.finwait.picture;

import io.finwait.trace.End;
import io.finwait.trace.SegmentFields;
import io.finwait.trace.SegmentLabel;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;

/**
 * Writes a ladder for {@link HtmlPage}: its steps in the order in which they happened, as short
 * arrays, since there may be many. The page's {@code model.js} reads them.
 */
final class LadderJson {

    private final JsonText json;

    LadderJson(JsonText json) {
        this.json = json;
    }

    void write(Ladder ladder, List<HtmlPage.Words> words) {
        List<LadderStep> steps = ladder.steps();
        long begin = steps.isEmpty() ? 0 : steps.get(0).event().timeNs() - steps.get(0).timeNs();
        json.beginObject().name("title").text(ladder.title()).name("names").beginArray();
        json.text(ladder.name(End.A)).text(ladder.name(End.B)).endArray();
        json.name("beginNs").text(Long.toString(begin)).name("usualNs");
        json.number(ladder.usualTransitNs()).name("words").beginArray();
        for (HtmlPage.Words each : words) {
            json.beginArray().text(each.heading()).text(each.text()).endArray();
        }
        json.endArray().name("packets").beginArray();
        List<LadderPacket> packets =
                steps.stream()
                        .filter(step -> step.type() == LadderStep.Type.LEAVE)
                        .map(LadderStep::packet)
                        .toList();
        packets.forEach(each -> packet(each, begin));
        json.endArray().name("steps").beginArray();
        steps(steps, packets);
        json.endArray().endObject();
    }

    private void packet(LadderPacket packet, long begin) {
        SegmentLabel label = packet.label();
        json.beginArray().number(packet.timeNs() - begin).number(packet.from().ordinal());
        json.text(label.kind().name().toLowerCase(Locale.ROOT)).text(label.name());
        json.text(label.details()).number(packet.isLost() ? 1 : 0).beginArray();
        packet.arrivalsNs().forEach(each -> json.number(each - begin));
        json.endArray();
        SegmentFields fields = packet.fields();
        if (fields == null) {
            json.nothing().endArray();
            return;
        }
        json.beginArray().number(fields.number()).number(fields.flags()).number(fields.seq());
        json.number(fields.ack()).number(fields.textOctets()).number(fields.window());
        json.number(fields.timeToLive()).number(fields.sourcePort());
        json.number(fields.destinationPort());
        for (SegmentFields.Sack each : fields.sacks()) {
            json.number(each.left()).number(each.right());
        }
        json.endArray().endArray();
    }

    /** A packet's steps name its place among the packets. */
    private void steps(List<LadderStep> steps, List<LadderPacket> packets) {
        IdentityHashMap<LadderPacket, Integer> places = new IdentityHashMap<>();
        for (int i = 0; i < packets.size(); i++) {
            places.put(packets.get(i), i);
        }
        for (LadderStep step : steps) {
            json.beginArray();
            switch (step.type()) {
                case LEAVE ->
                        json.text("l").number(step.timeNs()).number(places.get(step.packet()));
                case ARRIVE ->
                        json.text("a")
                                .number(step.timeNs())
                                .number(places.get(step.packet()))
                                .number(step.copy());
                case STATE ->
                        json.text("s")
                                .number(step.timeNs())
                                .number(step.end().ordinal())
                                .text(step.stateChange().state());
                case NOTE ->
                        json.text("n")
                                .number(step.timeNs())
                                .number(step.end() == null ? -1 : step.end().ordinal())
                                .text(step.note().text());
                case BLOCK -> {
                    json.text("b").number(step.timeNs()).text(step.block().caption());
                    step.block().lines().forEach(json::text);
                }
            }
            json.endArray();
        }
    }
}
