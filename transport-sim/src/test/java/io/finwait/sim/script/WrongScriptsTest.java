package io.finwait.sim.script;

import static org.assertj.core.api.Assertions.assertThat;

import io.finwait.sim.script.ScriptResult.Outcome;
import io.finwait.sim.script.WrongScripts.Kind;
import io.finwait.sim.script.WrongScripts.Wrong;

import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The runner notices what is wrong: of every right script all wrong neighbours are rejected. */
class WrongScriptsTest {

    @Test
    void everyWrongScriptIsRejected() {
        Map<Kind, Integer> rejected = new EnumMap<>(Kind.class);
        List<String> survivors = new ArrayList<>();
        for (Path file : OwnScripts.files()) {
            for (Wrong wrong : WrongScripts.of(OwnScripts.read(file))) {
                ScriptResult result = wrong.script().run(OwnScripts.options(file));
                if (result.outcome() == Outcome.FAILED) {
                    rejected.merge(wrong.kind(), 1, Integer::sum);
                } else {
                    survivors.add(
                            "%s in %s:%d is %s"
                                    .formatted(wrong.kind(), file, wrong.line(), result.outcome()));
                }
            }
        }
        System.out.println(
                "wrong scripts rejected: "
                        + rejected.values().stream().mapToInt(n -> n).sum()
                        + " "
                        + rejected);
        assertThat(survivors).isEmpty();
        assertThat(rejected).containsKeys(Kind.values());
    }
}
