using System.Reflection;
using System.Text.RegularExpressions;
using Tspm.Model.State;
using Tspm.Supervision;
using Tspm.Supervision.Commands;
using Tspm.Supervision.Process;

namespace Tspm.Tests.Guards;

/// <summary>Nobody outside the room of the supervisor runs code of their own on its thread: orders are data.</summary>
[Timeout(60_000)]
internal sealed partial class OrderTests
{
    static readonly Type[] s_kinds = [typeof(SupervisorCommand), typeof(SupervisorQuery)];

    static IEnumerable<Type> All(Type kind) => kind.Assembly.GetTypes()
        .Where(type => type is { IsAbstract: false } && type.IsAssignableTo(kind));

    [Test]
    public async Task The_sets_of_orders_and_queries_are_closed(CancellationToken cancellation)
    {
        foreach (var kind in s_kinds)
        {
            await Assert.That(All(kind).Count()).IsGreaterThan(8);
            await Assert.That(All(kind).Where(type => type.DeclaringType != kind || !type.IsSealed)).IsEmpty();
        }
    }

    [Test]
    public async Task An_order_carries_who_gives_it_and_no_code(CancellationToken cancellation)
    {
        var by = typeof(SupervisorCommand).GetProperty(nameof(SupervisorCommand.By))!;
        await Assert.That(by.PropertyType).IsEqualTo(typeof(Requester));
        foreach (var type in s_kinds.SelectMany(All))
        {
            var members = type.GetProperties().Select(member => member.PropertyType);
            await Assert.That(members.Where(CarriesCode)).IsEmpty().Because(type.Name);
            await Assert.That(type.GetMembers().OfType<FieldInfo>()).IsEmpty().Because(type.Name);
        }
    }

    [Test]
    public async Task The_handle_takes_orders_and_queries_and_nothing_else(CancellationToken cancellation)
    {
        var taken = typeof(SupervisorHandle)
            .GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly)
            .SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType).ToList();
        await Assert.That(taken.Count).IsEqualTo(2);
        await Assert.That(taken.Where(type => type.BaseType is not { } kind || !s_kinds.Contains(kind))).IsEmpty();
    }

    /// <summary>
    /// Who else may name what lives on the supervisor's thread. The host of the daemon puts the parts together and runs
    /// on that thread itself; the others post their own work to it and know no process.
    /// </summary>
    static readonly Dictionary<string, string[]> s_allowed = new()
    {
        [nameof(SupervisedProcess)] = [],
        [nameof(CommandDispatch)] = [],
        [nameof(Supervisor)] = ["Daemon/DaemonHost.cs"],
        [nameof(SupervisorLoop)] =
            ["Daemon/DaemonHost.cs", "Daemon/Upgrading/UpgradeHandoff.cs", "Daemon/HomeKeeper.cs",
                "Daemon/Footprint/IdleTrim.cs"],
    };

    [Test]
    public async Task Outside_its_room_nobody_holds_the_supervisor_or_a_process(CancellationToken cancellation)
    {
        var wrong = new List<string>();
        foreach (var file in Repository.Sources().Where(IsOutside))
        {
            var code = SourceCode.Of(Repository.Source(file));
            foreach (var (name, places) in s_allowed)
                if (!places.Contains(file) && Regex.IsMatch(code, Named(name))) wrong.Add($"{file} names {name}");
            if (file.StartsWith("Daemon/", StringComparison.Ordinal) && InstanceOfChange().IsMatch(code))
                wrong.Add($"{file} reaches for the process of a change");
            if (LambdaToSupervisor().IsMatch(code)) wrong.Add($"{file} passes a lambda to the supervisor");
        }
        await Assert.That(wrong).IsEmpty();
    }

    static bool IsOutside(string file) => !file.StartsWith("Supervision/", StringComparison.Ordinal);

    /// <summary>As a type: members may have the name of one.</summary>
    static string Named(string type) => $@"(?<!\.)\b{type}\b(?!\s*(=|\{{ get))|Supervision\.{type}\b";

    static bool CarriesCode(Type type) =>
        type.IsAssignableTo(typeof(Delegate)) || type.GetGenericArguments().Any(CarriesCode);

    /// <summary><see cref="PendingChange.Process"/>.</summary>
    [GeneratedRegex(@"(?<!Supervision)\.Process\b")]
    private static partial Regex InstanceOfChange();

    [GeneratedRegex(@"[Ss]upervisor\.(Order|Ask|Post|Change)\w*\([^;]*?=>")]
    private static partial Regex LambdaToSupervisor();
}
