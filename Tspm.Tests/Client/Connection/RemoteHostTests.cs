using Tspm.Client.Connection;

namespace Tspm.Tests.Client.Connection;

[Timeout(10_000)]
public sealed class RemoteHostTests
{
    [Test]
    [Arguments("ssh://host", "host", null)]
    [Arguments("ssh://user@host", "user@host", null)]
    [Arguments("SSH://user@host.example:2222/", "user@host.example", "2222")]
    [Arguments("ssh://user@[::1]:22", "user@::1", "22")]
    [Arguments("ssh://[fe80::1%eth0]", "fe80::1%eth0", null)]
    public async Task An_address_is_read(string address, string target, string? port, CancellationToken cancellation) =>
        await Assert.That(RemoteHost.Parse(address)).IsEqualTo(new RemoteHost(target, port));

    [Test]
    [Arguments("host"), Arguments("http://host"), Arguments("ssh://"), Arguments("ssh://-oProxyCommand=touch%20x"),
        Arguments("ssh://user@-oProxyCommand=x"), Arguments("ssh://host:0"), Arguments("ssh://host:99999"),
     Arguments("ssh://host:22x"), Arguments("ssh://ho st"), Arguments("ssh://host;reboot"),
         Arguments("ssh://$(reboot)"), Arguments("ssh://@host"), Arguments("ssh://user@"), Arguments("ssh://host/path")]
    public async Task What_is_no_address_or_could_be_an_option_or_a_command_is_refused(string address,
        CancellationToken cancellation) =>
        await Assert.That(RemoteHost.Parse(address)).IsNull();
}
