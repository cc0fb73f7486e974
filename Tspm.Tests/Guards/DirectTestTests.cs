using Tspm.Client.CommandLine;
using Tspm.Protocol;
using Tspm.Tests.Direct;

namespace Tspm.Tests.Guards;

/// <summary>
/// Every verb of the command line and every method of the socket has direct tests (<c>Tspm.Tests/Direct</c>): rows that
/// go through both sides in one process. A new one needs rows there, or a reason here.
/// </summary>
[Timeout(60_000)]
internal sealed class DirectTestTests
{
    /// <summary>Verbs that need the real machine, with the reason.</summary>
    static readonly Dictionary<string, string> s_verbsWithout = new()
    {
        ["dial-stdio"] = "relays descriptors 0 and 1, which here are the test run's own",
        ["disable"] = "asks the real service manager, and would remove its unit",
        ["startup"] = "is 'enable', and would write a unit for the real service manager",
        ["unstartup"] = "is 'disable'",
    };

    /// <summary>Methods of which no row can work here, with the reason.</summary>
    static readonly Dictionary<Method, string> s_methodsThatCannotWork = new()
    {
        [Methods.Upgrade] = "executes the candidate, and then this process would become it",
    };

    static IReadOnlyCollection<VerbRow> Rows => [.. VerbRows.ByName.Values];

    [Test]
    public async Task Every_verb_has_a_direct_test(CancellationToken cancellation)
    {
        var tested = Rows.Where(static row => row.Verb is not null).Select(static row => row.Verb.Name).ToHashSet();
        var missing = Verbs.All.Select(static verb => verb.Name).Distinct().Where(name => !tested.Contains(name));
        await Assert.That(missing.Order()).IsEquivalentTo(s_verbsWithout.Keys.Order());
    }

    [Test]
    public async Task Every_verb_that_has_a_direct_test_has_one_that_works(CancellationToken cancellation)
    {
        var working = Rows.Where(static row => row is { IsGood: true, Verb: not null })
            .Select(static row => row.Verb.Name).ToHashSet();
        var missing = Verbs.All.Select(static verb => verb.Name).Distinct().Where(name => !working.Contains(name));
        await Assert.That(missing.Order()).IsEquivalentTo(s_verbsWithout.Keys.Order());
    }

    [Test]
    public async Task Every_method_has_a_direct_test_that_works(CancellationToken cancellation)
    {
        var working = Rows.Where(static row => row.IsGood).Select(static row => row.Asks)
            .Concat(WireRows.ByName.Values.Where(static row => row.Error == 0).Select(static row => row.Method));
        var missing = MethodRows.All.Except(working.OfType<Method>()).Select(static method => method.Name);
        await Assert.That(missing)
            .IsEquivalentTo(s_methodsThatCannotWork.Keys.Select(static method => method.Name));
    }

    /// <summary>Refused by the daemon, or, where it refuses nothing, without one.</summary>
    [Test]
    public async Task Every_method_has_a_direct_test_that_is_refused(CancellationToken cancellation)
    {
        var refused = Rows.Where(static row => row.Error != 0).Select(static row => row.Asks!.Name)
            .Concat(WireRows.ByName.Values.Where(static row => row.Error != 0).Select(static row => row.Method.Name))
            .Concat(Rows.Where(static row => row is { IsCold: true, Code: not 0 }).Select(static row => row.Verb.Name))
            .ToHashSet();
        var missing = MethodRows.All.Select(static method => method.Name).Where(name => !refused.Contains(name));
        await Assert.That(missing).IsEquivalentTo(new[] { Methods.Shutdown.Name })
            .Because("a shutdown is refused to nobody who may ask for it");
    }

    /// <summary>What cannot be saved is done all the same, and said: a script must not take it for safe.</summary>
    [Test]
    public async Task Every_method_that_saves_has_a_direct_test_with_a_full_disk(CancellationToken cancellation)
    {
        var tested = Rows.Where(static row => row.DiskIsFull).Select(static row => row.Asks!.Name).Order();
        var saving = new[]
        {
            Methods.Start.Name, Methods.Add.Name, Methods.Apply.Name, Methods.Stop.Name, Methods.Restart.Name,
            Methods.Reload.Name, Methods.Delete.Name, Methods.Set.Name, Methods.Scale.Name, Methods.Rename.Name,
        };
        await Assert.That(tested).IsEquivalentTo(saving.Order());
    }
}
