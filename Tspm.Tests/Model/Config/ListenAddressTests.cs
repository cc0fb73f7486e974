using Tspm.Model.Config;

namespace Tspm.Tests.Model.Config;

[Timeout(10_000)]
internal sealed class ListenAddressTests
{
    [Test]
    [Arguments("127.0.0.1:8080", "7f000001", 8080)]
    [Arguments("localhost:80", "7f000001", 80)]
    [Arguments("0.0.0.0:1", "00000000", 1)]
    [Arguments("[::1]:80", "00000000000000000000000000000001", 80)]
    [Arguments("[::]:80", "00000000000000000000000000000000", 80)]
    [Arguments("[2001:DB8::a:1]:443", "20010db80000000000000000000a0001", 443)]
    [Arguments("[1:2:3:4:5:6:7:8]:9", "00010002000300040005000600070008", 9)]
    [Arguments("[1:2:3:4:5:6:7::]:9", "00010002000300040005000600070000", 9)]
    [Arguments(":8080", null, 8080)]
    public async Task An_address_is_read_to_its_bytes(string text, string? bytes, int port,
        CancellationToken cancellation)
    {
        var address = ListenAddress.Parse(text)!;
        await Assert.That(address.Host is null ? null : Convert.ToHexStringLower(address.Host)).IsEqualTo(bytes);
        await Assert.That(address.Port).IsEqualTo(port);
        await Assert.That(address.Path).IsNull();
        await Assert.That(address.Text).IsEqualTo(text);
    }

    [Test]
    public async Task A_path_is_taken_as_it_is(CancellationToken cancellation)
    {
        await Assert.That(ListenAddress.Parse("unix:/run/a b:1.sock")!.Path).IsEqualTo("/run/a b:1.sock");
        await Assert.That(ListenAddress.Parse("unix:/" + new string('x', 106))).IsNotNull();
        await Assert.That(ListenAddress.Parse("unix:/" + new string('x', 107))).IsNull();
    }

    [Test]
    [Arguments("127.0.0.1:80", "127.0.0.1:80", true)]
    [Arguments("127.0.0.1:80", "localhost:80", true)]
    [Arguments("localhost:80", "127.0.0.1:80", true)]
    [Arguments("127.0.0.1:80", "[::ffff:7f00:1]:80", true)]
    [Arguments("127.0.0.1:80", "127.0.0.1:81", false)]
    [Arguments("127.0.0.1:80", "127.0.0.2:80", false)]
    [Arguments(":80", "127.0.0.9:80", true)]
    [Arguments(":80", "[::1]:80", true)]
    [Arguments("0.0.0.0:80", "localhost:80", true)]
    [Arguments("[::]:80", "[::1]:80", true)]
    [Arguments(":80", "0.0.0.0:80", true)]
    [Arguments(":80", "10.0.0.7:80", false)]
    [Arguments(":80", "example.com:80", false)]
    [Arguments("10.0.0.7:80", "10.0.0.7:80", true)]
    [Arguments("unix:/run/x", "127.0.0.1:80", false)]
    public async Task A_connection_is_taken_here_or_not(
        string address, string place, bool expected, CancellationToken cancellation) =>
        await Assert.That(ListenAddress.Parse(address)!.Takes(HostPort.Parse(place)!)).IsEqualTo(expected);
}
