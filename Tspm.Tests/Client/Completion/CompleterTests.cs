using Tspm.Client.CommandLine;
using Tspm.Client.Completion;

namespace Tspm.Tests.Client.Completion;

/// <summary>What is offered for the words of a line; the last one is at the cursor.</summary>
[Timeout(10_000)]
internal sealed class CompleterTests
{
    [Test]
    [Arguments("sto", "stop stop-all")]
    [Arguments("l", "list logs ls log")]
    [Arguments("jl", "jlist")]
    [Arguments("--vers", "--version")]
    [Arguments("help sto", "stop stop-all")]
    [Arguments("stop ", "web|my app|api:prod|grün|group|all")]
    [Arguments("rm ", "web|my app|api:prod|grün|group|all")]
    [Arguments("stop my", "my app|my conf.toml")]
    [Arguments("stop web ", "my app|api:prod|grün|group")]
    [Arguments("stop web", "web|web:0|web:1")]
    [Arguments("stop web:", "web:0|web:1")]
    [Arguments("stop def", "default")]
    [Arguments("stop 1", "1|12")]
    [Arguments("stop -- w", "web")]
    [Arguments("--no-auto-start stop w", "web")]
    [Arguments("stop --wait-timeout 5s w", "web")]
    [Arguments("stop --wait-timeout ", "")]
    [Arguments("rename w", "web")]
    [Arguments("rename web ", "")]
    [Arguments("scale web ", "max")]
    [Arguments("signal SIGUS", "SIGUSR1|SIGUSR2")]
    [Arguments("signal US", "USR1|USR2")]
    [Arguments("signal -HUP w", "web")]
    [Arguments("signal HUP w", "web")]
    [Arguments("import ", "pm2|supervisord|procfile")]
    [Arguments("export c", "config")]
    [Arguments("export config w", "web")]
    [Arguments("daemon ", "start|stop|restart|upgrade")]
    [Arguments("daemon upgrade r", "run")]
    [Arguments("daemon start ", "")]
    [Arguments("completion ", "bash|zsh|fish|powershell")]
    [Arguments("validate ", "my conf.toml|sub/|tspm.json")]
    [Arguments("validate sub/t", "sub/tspm.json")]
    [Arguments("validate .", "")]
    [Arguments("logs t", "tspm.json")]
    [Arguments("start r", "run")]
    [Arguments("start a", "all|api:prod|app.js")]
    [Arguments("start node no", "notes.txt")]
    [Arguments("start --name x -- no", "notes.txt")]
    [Arguments("run ru", "run")]
    [Arguments("run node --x no", "notes.txt")]
    [Arguments("run node --", "")]
    [Arguments("up ts", "tspm.json")]
    [Arguments("list --sort ", "name|state|cpu|mem|uptime|restarts|id")]
    [Arguments("list --sort=u", "--sort=uptime")]
    [Arguments("list --state errored,w", "errored,waiting")]
    [Arguments("list --state=errored,e", "")]
    [Arguments("start --restart ", "always|on-failure|never")]
    [Arguments("start --cwd s", "sub/")]
    [Arguments("start --env-file n", "notes.txt")]
    [Arguments("start --watch-paths app.js,n", "app.js,notes.txt")]
    [Arguments("start --stop-signal SIGUS", "SIGUSR1|SIGUSR2")]
    [Arguments("start --health ", "tcp:|http://|log:|exec:|notify")]
    [Arguments("start --depends-on web:", "web:started|web:ready|web:completed")]
    [Arguments("add --depends-on w", "web")]
    [Arguments("events --kind outOf", "outOfMemory")]
    [Arguments("monit --tab g", "graph")]
    [Arguments("metrics --format ", "openmetrics|prometheus")]
    [Arguments("set web restart.de", "restart.delayMs=")]
    [Arguments("set web wat", "watch=|watchPaths=|watchIgnore=|watchDelayMs=")]
    [Arguments("set web env.", "")]
    [Arguments("-H ", "prod|ssh://shop")]
    [Arguments("list -H p", "prod")]
    [Arguments("nonsense ", "")]
    [Arguments("-- st", "")]
    [Arguments("stop-all ", "")]
    public async Task The_words_that_fit_are_offered(string line, string expected, CancellationToken cancellation)
    {
        var separator = expected.Contains('|') ? '|' : ' ';
        var wanted = expected.Split(separator, StringSplitOptions.RemoveEmptyEntries);
        await Assert.That(Offered(line).Order(StringComparer.Ordinal))
            .IsEquivalentTo(wanted.Order(StringComparer.Ordinal));
    }

    [Test]
    public async Task Flags_are_those_of_the_verb_and_are_offered_once(CancellationToken cancellation)
    {
        var offered = Offered("stop --");
        await Assert.That(offered).Contains("--no-wait").And.Contains("--json").And.Contains("--help")
            .And.DoesNotContain("--sort").And.DoesNotContain("--wait");
        await Assert.That(Offered("stop --json --")).DoesNotContain("--json");
        await Assert.That(Offered("start --env A=1 --")).Contains("--env");
        await Assert.That(Offered("logs -")).Contains("-f").And.Contains("--follow");
        await Assert.That(Offered("dial-stdio --")).DoesNotContain("--host");
    }

    [Test]
    [Arguments("st"), Arguments("stop --"), Arguments("list --sort "), Arguments("signal S"), Arguments("import p")]
    public async Task Nothing_is_read_for_verbs_and_flags(string line, CancellationToken cancellation)
    {
        var source = new FakeSource();
        await Assert.That(Offered(line, source)).IsNotEmpty();
        await Assert.That(source.Reads).IsEqualTo(0);
    }

    [Test]
    [Arguments("validate ~/t"), Arguments("start $HOME/t")]
    public async Task The_shell_completes_what_only_it_can_expand(string line, CancellationToken cancellation)
    {
        var source = new FakeSource();
        var words = line.Split(' ');
        var completer = new Completer(source);
        _ = completer.Complete(words[..^1], words[^1]);
        await Assert.That(completer.IsForShell).IsTrue();
    }

    /// <summary>A usage line with a new kind of word must not be forgotten here.</summary>
    [Test]
    public async Task Every_kind_of_word_in_a_usage_line_is_known(CancellationToken cancellation)
    {
        string[] known =
        [
            "SELECTOR", "NAME", "OLD", "SIGNAL", "VERB", "KEY=VALUE", "FILE", "COMMAND", "BINARY",
            // What nobody but the user knows.
            "NEW", "N", "+N", "-N", "LINE", "TEXT", "FLAGS",
        ];
        var kinds = Verbs.All.SelectMany(static verb => new[] { [], ["x"], ["upgrade"], new[] { "x", "y" } }
            .SelectMany(before => UsageWords.After(verb, before))).Distinct();
        await Assert.That(kinds.Where(kind => !char.IsAsciiLetterLower(kind[0]) && !known.Contains(kind))).IsEmpty();
    }

    [Test]
    public async Task Every_choice_of_a_flag_is_one_that_the_flag_takes(CancellationToken cancellation)
    {
        var checkedFlags = 0;
        foreach (var name in Verbs.All.SelectMany(static verb => verb.AllFlags).Distinct())
            foreach (var choice in FlagChoices.Of(name).Where(static choice => choice[^1] is not (':' or '/')))
            {
                FlagValue.Check(Flags.Find(name)!, choice);
                checkedFlags++;
            }
        await Assert.That(checkedFlags).IsGreaterThan(50);
    }

    [Test]
    public async Task Hosts_of_ssh_are_those_without_patterns(CancellationToken cancellation) =>
        await Assert.That(Tspm.Client.Connection.RemoteHost.NamesIn(
                "Host shop *.example !no\n  HostName 10.0.0.1\nhost=db\nMatch all\n"))
            .IsEquivalentTo(["ssh://shop", "ssh://db"]);

    static IEnumerable<string> Offered(string line, FakeSource? source = null)
    {
        var words = line.Split(' ');
        return new Completer(source ?? new FakeSource()).Complete(words[..^1], words[^1])
            .Select(static candidate => candidate.Text)
            .Where(text => text.StartsWith(words[^1], StringComparison.Ordinal));
    }
}
