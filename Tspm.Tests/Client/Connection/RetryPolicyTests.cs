using Tspm.Client;
using Tspm.Client.Connection;
using Tspm.Protocol;

namespace Tspm.Tests.Client.Connection;

/// <summary>When the client asks again: the table a second time, written independently, and every cell of it.</summary>
[Timeout(10_000)]
public sealed class RetryPolicyTests
{
    /// <summary>One row for each outcome of a first or second attempt, one column for each kind of request.</summary>
    const string Table = """
                      Reads              Repeatable         Once               Stream
        answered      Return             Return             Return             Return
        failed        Fail               Fail               Fail               Fail
        late          Fail               Fail               Fail               Fail
        unknownVerb   FailNamingVersions FailNamingVersions FailNamingVersions Fail
        badParameter  FailNamingVersions FailNamingVersions FailNamingVersions Fail
        tooFast       WaitAndRepeat      WaitAndRepeat      WaitAndRepeat      WaitAndRepeat
        ending        Repeat             Repeat             Repeat             Fail
        halfSent      Repeat             Repeat             Repeat             Fail
        noAnswer      Repeat             RepeatOrRephrase   RepeatOrGiveUp     Fail
        """;

    static readonly string[] s_givenUpAtLast = ["tooFast", "ending", "halfSent", "noAnswer"];

    static DaemonException Failure(int code, int? retryAfterMs = null) =>
        new(code, "x", retryAfterMs is null ? null : new RpcErrorData { RetryAfterMs = retryAfterMs });

    static AttemptOutcome Outcome(string name) => name switch
    {
        "answered" => new AttemptOutcome.Answered(new object()),
        "failed" => AttemptOutcome.From(Failure(ErrorCode.Failed), sentWhole: true),
        "late" => AttemptOutcome.From(Failure(LocalError.NoAnswerInTime), sentWhole: true),
        "unknownVerb" => AttemptOutcome.From(Failure(ErrorCode.MethodNotFound), sentWhole: true),
        "badParameter" => AttemptOutcome.From(Failure(ErrorCode.InvalidParams), sentWhole: true),
        "tooFast" => AttemptOutcome.From(Failure(ErrorCode.LimitExceeded, 20), sentWhole: true),
        "ending" => AttemptOutcome.From(Failure(ErrorCode.ShuttingDown), sentWhole: true),
        "halfSent" => AttemptOutcome.From(Failure(LocalError.Disconnected), sentWhole: false),
        "noAnswer" => AttemptOutcome.From(Failure(LocalError.Disconnected), sentWhole: true),
        _ => throw new ArgumentException(name),
    };

    public static IEnumerable<(string Outcome, string Kind, string Step)> Cells()
    {
        var lines = Table.Split('\n');
        var rows = lines.Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        foreach (var row in rows.Skip(1))
            for (var column = 0; column < rows[0].Length; column++)
                yield return (row[0], rows[0][column], row[column + 1]);
    }

    [Test]
    [MethodDataSource(nameof(Cells))]
    public async Task Every_outcome_of_every_kind_of_request_has_its_next_step(
        string outcome, string kind, string step, CancellationToken cancel)
    {
        for (var attempts = 1; attempts <= 4; attempts++)
        {
            var expected = attempts >= 3 && s_givenUpAtLast.Contains(outcome) ? nameof(NextStep.Fail) : step;
            var next = RetryPolicy.After(Outcome(outcome), Enum.Parse<RequestKind>(kind), attempts);
            await Assert.That($"{attempts}: {next}").IsEqualTo($"{attempts}: {expected}");
        }
    }

    [Test]
    public async Task The_table_has_all_kinds_and_all_outcomes(CancellationToken cancel)
    {
        var kinds = Cells().Select(static cell => cell.Kind).Distinct();
        await Assert.That(kinds).IsEquivalentTo(Enum.GetNames<RequestKind>());
        var outcomes = typeof(AttemptOutcome).GetNestedTypes().Where(static type => !type.IsAbstract);
        await Assert.That(Cells().Select(static cell => Outcome(cell.Outcome).GetType()).Distinct())
            .IsEquivalentTo(outcomes);
    }

    [Test]
    [Arguments(NextStep.Repeat, true, NextStep.Repeat), Arguments(NextStep.Repeat, false, NextStep.Repeat)]
    [Arguments(NextStep.RepeatOrRephrase, true, NextStep.Repeat)]
    [Arguments(NextStep.RepeatOrRephrase, false, NextStep.Rephrase)]
    [Arguments(NextStep.RepeatOrGiveUp, true, NextStep.Repeat)]
    [Arguments(NextStep.RepeatOrGiveUp, false, NextStep.GiveUp)]
    internal async Task Only_the_same_daemon_gets_the_same_request_when_that_could_do_it_twice(
        NextStep step, bool isSame, NextStep expected, CancellationToken cancel)
    {
        await Assert.That(RetryPolicy.AtDaemon(step, isSame)).IsEqualTo(expected);
        await Assert.That(RetryPolicy.NeedsConnection(step)).IsTrue();
    }

    [Test]
    public async Task No_other_step_needs_a_connection(CancellationToken cancel)
    {
        NextStep[] others = [.. Enum.GetValues<NextStep>().Where(static step => !$"{step}".StartsWith("Repeat"))];
        await Assert.That(others.Length).IsEqualTo(7);
        await Assert.That(others.Where(RetryPolicy.NeedsConnection)).IsEmpty();
    }

    [Test]
    [Arguments(20, 20), Arguments(4999, 4999), Arguments(5001, 5000), Arguments(int.MaxValue, 5000)]
    public async Task The_daemon_says_how_long_to_wait_and_nobody_waits_longer_than_five_seconds(
        int told, int waited, CancellationToken cancel)
    {
        var outcome = AttemptOutcome.From(Failure(ErrorCode.LimitExceeded, told), sentWhole: true);
        var turn = RetryPolicy.TurnAfter((AttemptOutcome.TooFast)outcome);
        await Assert.That(turn).IsEqualTo(TimeSpan.FromMilliseconds(waited));
    }

    [Test]
    [Arguments(null, true, 1, NextStep.Return), Arguments(null, false, 5, NextStep.Return)]
    [Arguments(LocalError.NotRunning, true, 1, NextStep.StartDaemon)]
    [Arguments(LocalError.Disconnected, true, 4, NextStep.StartDaemon)]
    [Arguments(LocalError.Disconnected, true, 5, NextStep.Fail)]
    [Arguments(LocalError.NotRunning, true, 5, NextStep.Fail)]
    [Arguments(LocalError.NotRunning, false, 1, NextStep.Fail)]
    [Arguments(LocalError.Disconnected, false, 1, NextStep.Fail)]
    [Arguments(LocalError.NotPermitted, true, 1, NextStep.Fail)]
    [Arguments(LocalError.Unreachable, true, 1, NextStep.Fail)]
    [Arguments(LocalError.NoAnswerInTime, true, 1, NextStep.Fail)]
    [Arguments(ErrorCode.Failed, true, 1, NextStep.Fail)]
    internal async Task Only_a_daemon_that_is_not_there_is_started_and_not_for_ever(
        int? code, bool mayStart, int attempts, NextStep expected, CancellationToken cancel)
    {
        var failure = code is { } number ? Failure(number) : null;
        await Assert.That(RetryPolicy.AfterConnecting(failure, mayStart, attempts)).IsEqualTo(expected);
    }

    /// <summary>The states of a stream in which it comes back.</summary>
    [Test]
    [Arguments(LocalError.NoAnswerInTime, "follows+heard follows+heard+positions")]
    [Arguments(LocalError.NotRunning, "follows follows+heard follows+positions follows+heard+positions")]
    [Arguments(LocalError.Disconnected, "all but heard"), Arguments(ErrorCode.ShuttingDown, "all but heard")]
    [Arguments(LocalError.ReaderGone, ""), Arguments(LocalError.Unreachable, "")]
    [Arguments(LocalError.NotPermitted, ""), Arguments(LocalError.BadAnswer, "")]
    [Arguments(ErrorCode.Failed, ""), Arguments(ErrorCode.NoSuchProcess, "")]
    public async Task A_stream_comes_back_only_where_nothing_is_shown_twice(
        int code, string resumed, CancellationToken cancel)
    {
        for (var bits = 0; bits < 8; bits++)
        {
            var (follows, heard, positions) = ((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0);
            string?[] words = [follows ? "follows" : null, heard ? "heard" : null, positions ? "positions" : null];
            var state = string.Join('+', words.OfType<string>());
            var expected = resumed == "all but heard"
                ? state != "heard" : state.Length > 0 && resumed.Split(' ').Contains(state);
            var resumes = RetryPolicy.MayResume(code, follows, heard, positions);
            await Assert.That(resumes).IsEqualTo(expected).Because(state);
        }
    }

    [Test]
    public async Task A_daemon_that_was_stopped_is_given_up_and_one_that_is_silent_is_not(CancellationToken cancel)
    {
        TimeSpan ten = TimeSpan.FromSeconds(10), more = ten + TimeSpan.FromMilliseconds(1);
        await Assert.That(RetryPolicy.GivesUp(LocalError.Disconnected, ten)).IsFalse();
        await Assert.That(RetryPolicy.GivesUp(LocalError.Disconnected, more)).IsTrue();
        await Assert.That(RetryPolicy.GivesUp(LocalError.NotRunning, more)).IsTrue();
        await Assert.That(RetryPolicy.GivesUp(LocalError.NoAnswerInTime, TimeSpan.FromDays(1))).IsFalse();
    }

    [Test]
    public async Task The_pauses_of_a_stream_double_up_to_five_seconds(CancellationToken cancel)
    {
        int[] longest = [100, 200, 400, 800, 1600, 3200, 5000, 5000];
        for (var breaks = 0; breaks < longest.Length; breaks++)
        {
            await Assert.That(RetryPolicy.PauseBeforeResuming(breaks, 1).TotalMilliseconds).IsEqualTo(longest[breaks]);
            await Assert.That(RetryPolicy.PauseBeforeResuming(breaks, 0).TotalMilliseconds)
                .IsEqualTo(Math.Max(100, longest[breaks] / 2));
        }
        await Assert.That(RetryPolicy.PauseBeforeResuming(int.MaxValue, 1).TotalMilliseconds).IsEqualTo(5000);
    }
}
