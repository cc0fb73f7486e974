using Tspm.Client;
using Tspm.Client.CommandLine;
using Tspm.Client.Connection;
using Tspm.Protocol;

namespace Tspm.Tests.Client;

/// <summary>What the client does when an answer does not come.</summary>
[Timeout(60_000)]
public sealed class LostAnswerTests
{
    static string KeyOf(string request) =>
        System.Text.Json.JsonDocument.Parse(request).RootElement.GetProperty("idempotencyKey").GetString()!;

    const string Done = """{"success":true,"processes":[]}""";

    static ChangeResponse Stop(FakeDaemon daemon, StopRequest? again = null)
    {
        using var client = DaemonClient.Connect(daemon.Home);
        return client.Call(Methods.Stop, new StopRequest { Selectors = ["web"] }, again: again);
    }

    [Test]
    public async Task The_same_daemon_is_asked_again_with_the_same_key(CancellationToken cancel)
    {
        FakeDaemon? daemon = null;
        using (daemon = new FakeDaemon(request =>
            daemon!.Requests.Count == 1 ? null : FakeDaemon.Result(request, Done)))
        {
            await Assert.That(Stop(daemon).Success).IsTrue();
            await Assert.That(daemon.Requests.Count).IsEqualTo(2);
            await Assert.That(KeyOf(daemon.Requests[1])).IsEqualTo(KeyOf(daemon.Requests[0]));
            await Assert.That(KeyOf(daemon.Requests[0]).Length).IsGreaterThan(8);
        }
    }

    [Test]
    public async Task Another_daemon_is_not_asked_for_what_may_have_been_done(CancellationToken cancel)
    {
        FakeDaemon? daemon = null;
        using (daemon = new FakeDaemon(_ =>
        {
            daemon!.Hello = """{"version":"1","protocolVersion":2,"oldestProtocolVersion":1,"pid":2}""";
            return null;
        }))
        {
            var lost = await Assert.That(() => Stop(daemon)).Throws<DaemonException>();
            await Assert.That(lost!.Message).Contains("the daemon died during 'stop'");
            await Assert.That(ExitCodes.ForError(lost.Code)).IsEqualTo(4);
            await Assert.That(daemon.Requests.Count).IsEqualTo(1);
        }
    }

    [Test]
    public async Task Another_daemon_is_asked_for_what_does_no_harm_with_a_key_of_its_own(CancellationToken cancel)
    {
        FakeDaemon? daemon = null;
        using (daemon = new FakeDaemon(request =>
        {
            if (daemon!.Requests.Count > 1) return FakeDaemon.Result(request, Done);
            daemon.Hello = """{"version":"1","protocolVersion":2,"oldestProtocolVersion":1,"pid":2}""";
            return null;
        }))
        {
            await Assert.That(Stop(daemon, new StopRequest { Selectors = ["again"] }).Success).IsTrue();
            await Assert.That(daemon.Requests[1]).Contains("again");
            await Assert.That(KeyOf(daemon.Requests[1])).IsNotEqualTo(KeyOf(daemon.Requests[0]));
        }
    }

    [Test]
    public async Task What_came_too_fast_is_asked_again_after_the_wait(CancellationToken cancel)
    {
        FakeDaemon? daemon = null;
        using (daemon = new FakeDaemon(request => daemon!.Requests.Count > 1 ? FakeDaemon.Result(request, Done)
            : """{"jsonrpc":"2.0","id":null,"error":{"code":-32007,"message":"too fast","data":{"retryAfterMs":20}}}""" + "\n"))
        {
            await Assert.That(Stop(daemon).Success).IsTrue();
        }
    }

    [Test]
    public async Task A_stream_that_came_too_fast_is_asked_again_after_the_wait(CancellationToken cancel)
    {
        FakeDaemon? daemon = null;
        using (daemon = new FakeDaemon(request => daemon!.Requests.Count > 1
            ? FakeDaemon.Result(request, """{"events":7}""")
            : """{"jsonrpc":"2.0","id":null,"error":{"code":-32007,"message":"x","data":{"retryAfterMs":20}}}""" + "\n"))
        {
            using var client = DaemonClient.Connect(daemon.Home);
            var answer = client.Stream(Methods.Events, new EventsRequest(), static _ => true);
            await Assert.That(answer).IsNotNull();
            await Assert.That(daemon.Requests.Count).IsEqualTo(2);
        }
    }

    [Test]
    public async Task Without_another_daemon_the_first_failure_is_reported(CancellationToken cancel)
    {
        FakeDaemon? daemon = null;
        using (daemon = new FakeDaemon(_ =>
        {
            File.Delete(daemon!.Home.SocketPath);
            return null;
        }))
        {
            var lost = await Assert.That(() => Stop(daemon)).Throws<DaemonException>();
            await Assert.That(lost!.Message).Contains("closed the connection before it answered 'stop'");
            await Assert.That(lost.Code).IsEqualTo(LocalError.Disconnected);
        }
    }

    [Test]
    [Arguments(ErrorCode.MethodNotFound), Arguments(ErrorCode.InvalidParams)]
    public async Task What_another_version_does_not_understand_names_both_and_what_to_do(int code,
        CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => FakeDaemon.Error(request, code, "params.x is not a known field"))
        {
            Hello = """{"version":"1.9.9","protocolVersion":1,"oldestProtocolVersion":1}""",
        };
        var refused = await Assert.That(() => Stop(daemon)).Throws<DaemonException>();
        await Assert.That(refused!.Message)
            .IsEqualTo("params.x is not a known field; the daemon is tspm 1.9.9, and this is tspm "
                + $"{ProductVersion.Current}: upgrade the daemon with: tspm daemon upgrade");
        daemon.Hello = $$"""{"version":"{{ProductVersion.Current}}","protocolVersion":2,"oldestProtocolVersion":1}""";
        refused = await Assert.That(() => Stop(daemon)).Throws<DaemonException>();
        await Assert.That(refused!.Message).IsEqualTo("params.x is not a known field");
    }

    [Test]
    [Arguments(1, false), Arguments(2, true)]
    public async Task Members_that_an_older_daemon_does_not_know_are_not_sent_to_it(int protocol, bool sent,
        CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(request => FakeDaemon.Result(request, """{"lines":0}""")) { Hello = $$"""{"version":"1","protocolVersion":{{protocol}},"oldestProtocolVersion":1}""" };
        var (output, errors) = (new Screen(), new Screen());
        var session = new ClientSession(daemon.Home, null!, output.Writer, errors.Writer) { Pause = static _ => { } };
        await Assert.That(Run(session)).IsEqualTo(0);
        await Assert.That(daemon.Requests[^1].Contains("\"events\"", StringComparison.Ordinal)).IsEqualTo(sent);

        static int Run(ClientSession session)
        {
            var printer = new Tspm.Client.Output.LogPrinter(session.Out, session.Err, raw: false, json: true);
            return Tspm.Client.Commands.LogsCommand.Show(session, new LogsRequest { Events = true }, printer);
        }
    }

    [Test]
    [Arguments(2, false), Arguments(3, true)]
    public async Task A_daemon_that_cannot_find_ports_is_not_asked_for_them(
        int protocol, bool asks, CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(static request => FakeDaemon.Result(request, """{"processes":[]}"""));
        daemon.Hello = $$"""{"version":"1","protocolVersion":{{protocol}},"oldestProtocolVersion":1}""";
        var (output, errors) = (new Screen(), new Screen());
        var session = new ClientSession(daemon.Home, null!, output.Writer, errors.Writer) { Pause = static _ => { } };
        await Assert.That(CommandRouter.Run(session, ["list", "-w"])).IsEqualTo(0);
        await Assert.That(daemon.Requests[^1].Contains("\"ports\"", StringComparison.Ordinal)).IsEqualTo(asks);
    }

    [Test]
    [Arguments(2, "-n", false), Arguments(3, "-n", true), Arguments(3, "--kind", false)]
    public async Task Only_a_daemon_that_can_is_asked_to_leave_repetitions_out(
        int protocol, string flag, bool isAsked, CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(static request => FakeDaemon.Result(request, """{"events":0}"""));
        daemon.Hello = $$"""{"version":"1","protocolVersion":{{protocol}},"oldestProtocolVersion":1}""";
        var (output, errors) = (new Screen(), new Screen());
        var session = new ClientSession(daemon.Home, null!, output.Writer, errors.Writer) { Pause = static _ => { } };
        await Assert.That(CommandRouter.Run(session, ["events", flag, flag == "-n" ? "1" : "exited"])).IsEqualTo(0);
        await Assert.That(daemon.Requests.Single().Contains("\"concise\":true", StringComparison.Ordinal))
            .IsEqualTo(isAsked);
    }

    [Test]
    [Arguments("--kind", "exited"), Arguments("--grep", "x"), Arguments("--until", "1m"), Arguments("-n", "1")]
    public async Task A_daemon_that_cannot_choose_among_events_is_not_asked_to(
        string flag, string value, CancellationToken cancel)
    {
        using var daemon = new FakeDaemon(static request => FakeDaemon.Result(request, """{"events":0}"""));
        var chooses = flag != "-n";
        await Assert.That(Run(protocol: 2)).IsEqualTo(chooses ? (1, 0) : (0, 1));
        await Assert.That(Run(protocol: 3)).IsEqualTo((0, chooses ? 1 : 2));

        (int Code, int Asked) Run(int protocol)
        {
            daemon.Hello = $$"""{"version":"1","protocolVersion":{{protocol}},"oldestProtocolVersion":1}""";
            var (output, errors) = (new Screen(), new Screen());
            var session = new ClientSession(daemon.Home, null!, output.Writer, errors.Writer)
            { Pause = static _ => { } };
            var code = CommandRouter.Run(session, ["events", flag, value]);
            if (code != 0 && !errors.Text.Contains("tspm daemon upgrade", StringComparison.Ordinal))
                throw new InvalidOperationException(errors.Text);
            return (code, daemon.Requests.Count);
        }
    }
}
