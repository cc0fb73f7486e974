using Tspm.Model.Config;
using Tspm.Platform;
using Tspm.Supervision.Checks;

namespace Tspm.Tests.Supervision.Checks;

/// <summary>Whether an answer to a probe counts, by who listens on the port.</summary>
[Timeout(30_000)]
internal sealed class ListenerVerdictTests
{
    static readonly DialedAddress s_here = new([127, 0, 0, 1], 80, IsLocal: true);

    static IReadOnlySet<ulong>? Set(string? numbers) =>
        numbers?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ulong.Parse).ToHashSet();

    [Test]
    [Arguments("7", true, "7", null, null)]
    [Arguments(null, null, "7", null, "it cannot be seen which program answered at 127.0.0.1:80")]
    [Arguments("", null, "7", null, "another network namespace")]
    [Arguments("8", false, "7", null, "appeared after the start")]
    [Arguments("7 8", false, "7", null, "appeared after the start")]
    [Arguments("7", null, "7", null, "it cannot be seen which program answered at 127.0.0.1:80")]
    [Arguments("7", false, null, null, "it is not known whether that was there before the start")]
    [Arguments("7", false, "7", "127.0.0.1:80 is answered by pid 9 (nginx), which was already listening", null)]
    public async Task An_answer_counts_unless_another_program_listened_there_before(
        string? sockets, bool? isOwn, string? before, string? problem, string? note, CancellationToken cancellation)
    {
        var facts = new ListenerFacts { Sockets = Set(sockets), IsOwn = isOwn, Holder = "pid 9 (nginx)" };
        var verdict = ListenerVerdict.On(s_here, facts, Set(before));
        await Check(verdict.Problem, problem);
        await Check(verdict.Note, note);
    }

    static async Task Check(string? actual, string? fragment)
    {
        if (fragment is null) await Assert.That(actual).IsNull();
        else await Assert.That(actual!).Contains(fragment);
    }

    [Test]
    public async Task An_answer_from_elsewhere_counts_with_a_note(CancellationToken cancellation)
    {
        await Assert.That(ListenerVerdict.OnRemote(null)).IsEqualTo(default(ListenerVerdict));
        var verdict = ListenerVerdict.OnRemote(s_here with { IsLocal = false });
        await Assert.That(verdict.Problem).IsNull();
        await Assert.That(verdict.Note!).Contains("is on another machine");
    }

    [Test]
    [Arguments("127.0.0.1:8080", null, 8080), Arguments("db:5432", null, 5432)]
    [Arguments(null, "http://127.0.0.1:3000/health", 3000), Arguments(null, null, null)]
    public async Task A_probe_connects_to_its_port(
        string? tcp, string? http, int? port, CancellationToken cancellation) =>
        await Assert.That(ListenerVerdict.PortOf(new Probe { Tcp = tcp, Http = http })).IsEqualTo(port);
}
