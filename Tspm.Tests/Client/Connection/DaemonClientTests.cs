using Tspm.Client;
using Tspm.Client.Connection;
using Tspm.Protocol;
using Tspm.Storage;

namespace Tspm.Tests.Client.Connection;

[Timeout(60_000)]
public sealed class DaemonClientTests
{
    static readonly TimeSpan Patient = TimeSpan.FromSeconds(30), Short = TimeSpan.FromMilliseconds(50);

    static PingResponse Ping(FakeDaemon daemon, TimeSpan deadline)
    {
        using var client = DaemonClient.Connect(daemon.Home);
        return client.Call(Methods.Ping, new EmptyRequest(), deadline);
    }

    static async Task<DaemonException> Failure(Func<string, string?> answer, TimeSpan? deadline = null)
    {
        using var daemon = new FakeDaemon(answer) { AnswersPing = false };
        return (await Assert.That(() => Ping(daemon, deadline ?? Patient)).Throws<DaemonException>())!;
    }

    [Test]
    public async Task An_answer_is_read_also_with_members_of_a_newer_daemon(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => """{"jsonrpc":"2.0","method":"heartbeat","params":{}}""" + "\n"
            + FakeDaemon.Result(request, """{"pid":7,"version":"9","new":[{}]}"""))
        { AnswersPing = false };
        await Assert.That(Ping(daemon, Patient).Pid).IsEqualTo(7);
        await Assert.That(daemon.Requests[0]).IsEqualTo("""{"jsonrpc":"2.0","id":1,"method":"ping","params":{}}""");
    }

    [Test]
    public async Task An_answer_of_many_megabytes_is_read(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => FakeDaemon.Result(request, $$"""{"pid":7,"version":"{{new string('x', 5 << 20)}}"}""")) { AnswersPing = false };
        await Assert.That(Ping(daemon, Patient).Version.Length).IsEqualTo(5 << 20);
    }

    [Test]
    public async Task An_error_keeps_its_code_and_sentence(CancellationToken cancel)
    {
        var failure = await Failure(request => FakeDaemon.Error(request, ErrorCode.NoSuchProcess, "no process 'x'"));
        await Assert.That(failure.Code).IsEqualTo(ErrorCode.NoSuchProcess);
        await Assert.That(failure.Message).IsEqualTo("no process 'x'");
    }

    [Test]
    public async Task An_error_without_an_id_is_ours(CancellationToken cancel)
    {
        var failure = await Failure(_ => """{"jsonrpc":"2.0","id":null,"error":{"code":-32007,"message":"the request is too long"}}""" + "\n");
        await Assert.That(failure.Code).IsEqualTo(ErrorCode.LimitExceeded);
    }

    [Test]
    [Arguments("garbage\n")]
    [Arguments("[]\n")]
    [Arguments("\n")]
    [Arguments("{}\n")]
    [Arguments("{\"id\":1,\"result\":\n")]
    [Arguments("{\"id\":1,\"result\":{\"pid\":\"x\"}}\n")]
    [Arguments("{\"id\":1,\"result\":{}}\n")]
    public async Task Garbage_is_said_to_be_garbage(string answer, CancellationToken cancel)
    {
        await Assert.That((await Failure(_ => answer)).Code).IsEqualTo(LocalError.BadAnswer);
    }

    [Test]
    public async Task A_daemon_that_closes_without_an_answer_is_told(CancellationToken cancel)
    {
        var closed = await Failure(_ => null);
        await Assert.That(closed.Message).Contains("closed the connection before it answered 'ping'");
        await Assert.That(ExitCodes.ForError(closed.Code)).IsEqualTo(4);
    }

    [Test]
    public async Task A_daemon_that_never_answers_ends_in_exit_5(CancellationToken cancel)
    {
        var late = await Failure(_ => "", Short);
        await Assert.That(late.Message).Contains("no answer to 'ping' within 50 ms");
        await Assert.That(ExitCodes.ForError(late.Code)).IsEqualTo(5);
    }

    [Test]
    public async Task Half_an_answer_is_no_answer(CancellationToken cancel)
    {
        await Assert.That((await Failure(_ => "{\"id\":1", Short)).Code).IsEqualTo(LocalError.NoAnswerInTime);
    }

    [Test]
    public async Task Without_a_socket_no_daemon_runs(CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(_ => null, started: false) { AnswersPing = false };
        var missing = await Assert.That(() => Ping(daemon, Patient)).Throws<DaemonException>();
        await Assert.That(missing!.Code).IsEqualTo(LocalError.NotRunning);
        await File.WriteAllTextAsync(daemon.Home.SocketPath, "", cancel);
        var refused = await Assert.That(() => Ping(daemon, Patient)).Throws<DaemonException>();
        await Assert.That(refused!.Code).IsEqualTo(LocalError.NotRunning);
    }

    [Test]
    public async Task A_home_below_a_path_that_is_too_long_is_refused_with_the_limit(CancellationToken cancel)
    {
        var home = new TspmHome("/tmp/" + new string('x', 110));
        var refused = await Assert.That(() => DaemonClient.Connect(home)).Throws<DaemonException>();
        await Assert.That(refused!.Message).Contains("108").And.Contains("TSPM_HOME");
    }

    [Test]
    [Arguments(ErrorCode.Failed, 1)]
    [Arguments(ErrorCode.InternalError, 1)]
    [Arguments(ErrorCode.MethodNotFound, 1)]
    [Arguments(ErrorCode.LimitExceeded, 1)]
    [Arguments(ErrorCode.InvalidParams, 2)]
    [Arguments(ErrorCode.NoSuchProcess, 3)]
    [Arguments(ErrorCode.ShuttingDown, 4)]
    [Arguments(LocalError.NotRunning, 4)]
    [Arguments(LocalError.Unreachable, 4)]
    [Arguments(ErrorCode.TimedOut, 5)]
    [Arguments(LocalError.NoAnswerInTime, 5)]
    [Arguments(ErrorCode.NotPermitted, 6)]
    [Arguments(LocalError.NotPermitted, 6)]
    [Arguments(LocalError.StartFailed, 1)]
    public async Task Every_error_has_its_exit_code(int error, int exit, CancellationToken cancel)
    {
        await Assert.That(ExitCodes.ForError(error)).IsEqualTo(exit);
    }
}
