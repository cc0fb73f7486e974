using Tspm.Model.State;

namespace Tspm.Tests.Model.State;

/// <summary>Ends that an earlier version recorded, with a sentence in the place of the cause.</summary>
[Timeout(10_000)]
internal sealed class RecentExitTests
{
    [Test]
    [Arguments("exited 0", 0, null, CauseCode.Exit)]
    [Arguments("exited 7", 7, null, CauseCode.Crash)]
    [Arguments("killed by SIGSEGV", null, null, CauseCode.Crash)]
    [Arguments("exited 0: stopped by user", 0, null, CauseCode.Unknown)]
    [Arguments("ended by SIGTERM: memory 540 MB exceeded the limit of 512 MB", null, null, CauseCode.Unknown)]
    [Arguments("exited 0: stopped by user", 0, CauseCode.User, CauseCode.User)]
    [Arguments("exited 0", 0, CauseCode.Background, CauseCode.Background)]
    public async Task The_cause_is_what_the_sentence_allows(
        string reason, int? code, string? recorded, string expected, CancellationToken cancellation)
    {
        var exit = new RecentExit
        {
            Pid = 1,
            EndedAt = DateTimeOffset.UnixEpoch,
            ExitCode = code,
            Cause = recorded,
            Reason = reason,
        };
        await Assert.That(exit.Completed()).IsEqualTo(exit with { Cause = expected });
    }
}
