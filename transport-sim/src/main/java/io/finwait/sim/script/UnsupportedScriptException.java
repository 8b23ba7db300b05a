package io.finwait.sim.script;

/** The script needs something that Finwait, or the runner, does not have: it is skipped. */
final class UnsupportedScriptException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnsupportedScriptException(String what) {
        super(what, null, false, false);
    }
}
