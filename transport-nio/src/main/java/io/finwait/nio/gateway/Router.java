package io.finwait.nio.gateway;

/** Says where calls go. {@link Policy} is one; a program may have its own. */
@FunctionalInterface
public interface Router {

    /**
     * Says where a call goes. It runs on the gateway's thread and must not block; names are not
     * looked up by it but by a proxy.
     *
     * @return never null; what it throws refuses the call
     */
    Onward route(Call call);
}
