using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Tests.Client;

/// <summary>An empty answer says why it is empty, and the command to type next is about the same processes.</summary>
[Timeout(10_000)]
internal sealed class NothingToShowTests
{
    [Test]
    [Arguments("", null, null, "there is no output yet; to follow new output: tspm logs -f")]
    [Arguments("web db", null, null, "there is no output yet; to follow new output: tspm logs web db -f")]
    [Arguments("web", "err", null,
        "there is no output on standard error yet; to follow new output: tspm logs web -f --err")]
    [Arguments("web", "out", null,
        "there is no output on standard output yet; to follow new output: tspm logs web -f --out")]
    [Arguments("we*", null, "x", "no line matches; to see the last lines: tspm logs 'we*'")]
    [Arguments("web", "err", "x", "no line on standard error matches; to see the last lines: tspm logs web --err")]
    public async Task An_empty_log_is_explained(
        string names, string? stream, string? grep, string expected, CancellationToken cancellation)
    {
        var request = new LogsRequest
        {
            Selectors = names.Length == 0 ? null : names.Split(' '),
            Stream = stream,
            Grep = grep,
        };
        await Assert.That(NothingToShow.InLogs(request)).IsEqualTo(expected);
    }
}
