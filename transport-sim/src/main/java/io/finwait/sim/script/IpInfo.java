package io.finwait.sim.script;

/**
 * What a script says about the IP header; null or negative fields are not mentioned.
 *
 * @param ecn noecn, ect0, ect1, ect01 or ce
 * @param typeOfService the whole octet
 * @param timeToLive or hop limit
 * @param flowLabel of IPv6
 */
record IpInfo(String ecn, int typeOfService, int timeToLive, int flowLabel) {

    static final IpInfo NONE = new IpInfo("", -1, -1, -1);
}
