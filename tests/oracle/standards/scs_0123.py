"""SCS-0123-v1 and -v2, services in the catalog."""

from standards import asked, fails, passes

# One testcase for each. `placement` is in neither version's table; the testcase comes from the scope.
SERVICES = ["compute", "identity", "image", "network", "load-balancer", "placement"]

# The supplement: "a service of one of the following types can be found". Reading: not `volumev2` and `block-store`,
# which the Service Types Authority has as aliases, too.
STORAGE = ["block-storage", "volume", "volumev3"]


def judge(cloud):
    verdicts = {f"scs-0123-service-{kind}": asked(listed, cloud, [kind]) for kind in SERVICES}
    verdicts["scs-0123-storage-apis"] = asked(listed, cloud, STORAGE)
    # v2: the type is `object-store-s3`. Reading: not `s3`, as v1 calls it: "aliases … are only permitted where defined
    # by the OpenStack Service Type Authority", which defines none.
    verdicts["scs-0123-service-s3"] = asked(listed, cloud, ["object-store-s3"])
    verdicts["scs-0123-swift-s3"] = asked(s3_beside_swift, cloud)
    return verdicts


def listed(cloud, types):
    if any(kind in cloud.service_types() for kind in types):
        return passes("the catalog has it")
    return fails(f"the catalog has no {' or '.join(types)}")


def s3_beside_swift(cloud):
    """v1: "S3 is present on the same host as swift". Reading: where there is no swift, nothing is asked."""
    if "object-store" not in cloud.service_types():
        return passes("the catalog has no object-store")
    if cloud.speaks_s3():
        return passes("its host speaks S3")
    return fails("the host of the object-store does not speak S3")

