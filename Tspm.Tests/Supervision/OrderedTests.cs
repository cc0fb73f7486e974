using Tspm.Config.Validation;
using Tspm.Model.Config;
using Tspm.Model.Selecting;
using Tspm.Model.State;
using Tspm.Supervision;
using Tspm.Supervision.Commands;

namespace Tspm.Tests.Supervision;

/// <summary>Orders and queries as data: each is carried out, on behalf of whoever gave it.</summary>
[Timeout(30_000)]
internal sealed class OrderedTests
{
    static readonly Requester s_somebody = new(1234, 77, null);

    static readonly CallerSettings s_shell = new()
    {
        Environment = new Dictionary<string, string> { ["PATH"] = "/bin" },
    };

    static ProcessConfig Config(string name) => new() { Name = name, Command = name, ProjectDir = "/" };

    static PlanExecution.Wanted Wanted(params ProcessConfig[] configs) =>
        new(configs, prune: false, updateEnvironment: false, s_shell.Environment, openFilesLimit: null)
        {
            By = s_somebody,
        };

    static PlanExecution.Wanted Started(IReadOnlySet<NeededScript> missing, ProcessConfig config) =>
        new([config], prune: false, updateEnvironment: false, s_shell.Environment, openFilesLimit: null)
        {
            StartsAll = true,
            MissingScripts = missing,
        };

    /// <summary>One of each kind, in an order in which all can be done with the process "web".</summary>
    static SupervisorCommand[] Commands() =>
    [
        new SupervisorCommand.Add { By = s_somebody, Define = [Config("other")], Caller = s_shell },
        new SupervisorCommand.Apply(Wanted(Config("web"))),
        new SupervisorCommand.Start { By = s_somebody, Selectors = ["other"], Define = [] },
        new SupervisorCommand.Withdraw { By = s_somebody, Ids = [99] },
        new SupervisorCommand.Restart { By = s_somebody, Selectors = ["web"] },
        new SupervisorCommand.Reload { By = s_somebody, Selectors = ["web"] },
        new SupervisorCommand.Scale { By = s_somebody, Selector = "web", Difference = 1 },
        new SupervisorCommand.Set { By = s_somebody, Selectors = ["web"], Assignments = ["memoryLimitBytes=1000000"] },
        new SupervisorCommand.Reset { By = s_somebody, Selectors = ["web"] },
        new SupervisorCommand.Signal { By = s_somebody, Selectors = ["web"], Number = Signals.SIGHUP },
        new SupervisorCommand.Stop { By = s_somebody, Selectors = ["web"] },
        new SupervisorCommand.Rename { By = s_somebody, Selector = "web", NewName = "next" },
        new SupervisorCommand.Delete { By = s_somebody, Selectors = ["other"] },
        new SupervisorCommand.Save { By = s_somebody },
    ];

    static SupervisorQuery[] Queries(IReadOnlyList<PendingChange> begun) =>
    [
        new SupervisorQuery.Ping(),
        new SupervisorQuery.Selected { Selectors = ["all"] },
        new SupervisorQuery.Named { Names = ["web", "nobody"] },
        new SupervisorQuery.Present { Of = begun },
        new SupervisorQuery.Retried { Among = begun },
        new SupervisorQuery.KeptEnvironments { Selectors = ["web"] },
        new SupervisorQuery.ScriptsToRestart { Selectors = ["web"] },
        new SupervisorQuery.ChangedFacts { Of = [begun[0].Key, new InstanceKey(99, 0)] },
        new SupervisorQuery.LogMoveProblem { Id = begun[0].Key.Id },
        new SupervisorQuery.Watched { Among = begun },
        new SupervisorQuery.BeginDeathWatch { Over = begun },
        new SupervisorQuery.EndDeathWatch { Watch = new DeathWatch(begun) },
    ];

    /// <summary>By the kind of its result, as <see cref="SupervisorHandle"/> gives it.</summary>
    static object? Give(World world, object order)
    {
        var dispatch = new CommandDispatch(world.Supervisor);
        var isCommand = order is SupervisorCommand;
        var name = isCommand ? nameof(CommandDispatch.Execute) : nameof(CommandDispatch.Answer);
        var method = typeof(CommandDispatch).GetMethod(name)!
            .MakeGenericMethod(order.GetType().BaseType!.GetGenericArguments());
        try
        {
            return method.Invoke(dispatch, [order]);
        }
        catch (System.Reflection.TargetInvocationException thrown)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(thrown.InnerException!);
            throw;
        }
        finally
        {
            world.Step();
        }
    }

    static async Task AreAll(Type kind, IEnumerable<object> orders) =>
        await Assert.That(orders.Select(static order => order.GetType().Name)).IsEquivalentTo(
            kind.GetNestedTypes().Where(static type => !type.IsAbstract).Select(static type => type.Name));

    [Test]
    public async Task Every_order_and_every_query_has_somebody_who_carries_it_out(CancellationToken cancellation)
    {
        using var world = new World();
        var begun = world.Supervisor.Start(world.StartNew(), CauseRequest.Start);
        var (commands, queries) = (Commands(), Queries([begun]));
        await AreAll(typeof(SupervisorCommand), commands);
        await AreAll(typeof(SupervisorQuery), queries);
        foreach (var query in queries)
            await Assert.That(Give(world, query) is null).IsEqualTo(query is SupervisorQuery.LogMoveProblem);
        foreach (var command in commands)
            await Assert.That(Give(world, command) is null).IsEqualTo(command is SupervisorCommand.Withdraw);
    }

    [Test]
    public async Task Nothing_begins_in_a_shutdown_and_what_was_begun_goes_on(CancellationToken cancellation)
    {
        using var world = new World();
        var begun = world.Supervisor.Start(world.StartNew(), CauseRequest.Start);
        _ = world.Supervisor.Shutdown();
        foreach (var command in Commands())
        {
            if (command is SupervisorCommand.Withdraw or SupervisorCommand.Save) Give(world, command);
            else await Assert.That(() => Give(world, command)).Throws<ShuttingDownException>();
        }
        foreach (var query in Queries([begun])) Give(world, query);
        await Assert.That(world.Machine.All.Count()).IsEqualTo(1);
    }

    [Test]
    [Arguments("start"), Arguments("restart"), Arguments("reload"), Arguments("stop"), Arguments("delete")]
    [Arguments("scale"), Arguments("apply"), Arguments("signal")]
    public async Task What_follows_from_an_order_names_who_gave_it(string verb, CancellationToken cancellation)
    {
        using var world = new World();
        if (verb is "start") world.Define(Config("web"));
        else if (verb is not "apply") world.StartNew(Config("web"));
        world.Told.Clear();
        Give(world, verb switch
        {
            "start" => new SupervisorCommand.Start { By = s_somebody, Selectors = ["web"], Define = [] },
            "restart" => new SupervisorCommand.Restart { By = s_somebody, Selectors = ["web"] },
            "reload" => new SupervisorCommand.Reload { By = s_somebody, Selectors = ["web"] },
            "stop" => new SupervisorCommand.Stop { By = s_somebody, Selectors = ["web"] },
            "delete" => new SupervisorCommand.Delete { By = s_somebody, Selectors = ["web"] },
            "scale" => new SupervisorCommand.Scale { By = s_somebody, Selector = "web", Instances = 2 },
            "apply" => new SupervisorCommand.Apply(Wanted(Config("web"))),
            _ => new SupervisorCommand.Signal { By = s_somebody, Selectors = ["web"], Number = Signals.SIGTERM },
        });
        if (verb is "signal") world.Exit(world.Supervisor.Table.Processes[0], new ExitStatus(null, Signals.SIGTERM));
        await Assert.That(world.Told).IsNotEmpty();
        await Assert.That(world.Told.Where(static happened => happened.ByUid == s_somebody.Uid
            && happened.ByPid == s_somebody.Pid)).IsNotEmpty();
    }

    [Test]
    public async Task A_script_that_is_missing_is_refused_before_anything_is_done(CancellationToken cancellation)
    {
        using var world = new World();
        var web = Config("web") with { Command = "app.js", Interpreter = "node" };
        var missing = new HashSet<NeededScript> { MissingScript.NeededBy(web)! };
        object[] orders =
        [
            new SupervisorCommand.Start
            {
                Define = [web], Caller = s_shell, MissingScripts = missing,
            },
            new SupervisorCommand.Apply(Started(missing, web)),
        ];
        foreach (var order in orders)
        {
            var refused = await Assert.That(() => Give(world, order)).Throws<OrderRefusedException>();
            await Assert.That(refused!.Message).IsEqualTo("'web': there is no script app.js in /; nothing was started");
        }
        await Assert.That(world.Supervisor.Table.Processes.Length).IsEqualTo(0);
    }
}
