using System.Reflection;
using System.Runtime.CompilerServices;
using Tspm.Guardian;
using Tspm.Logs.Files;
using Tspm.Logs.Writing;
using Tspm.Platform;
using Tspm.Platform.Linux.Sockets;
using Tspm.Platform.Linux.Watching;

namespace Tspm.Tests.Guards;

/// <summary>Whoever keeps a descriptor is disposed of, or there is a reason why not.</summary>
[Timeout(60_000)]
internal sealed class DescriptorOwnerTests
{
    static readonly Dictionary<Type, string> s_notDisposable = new()
    {
        [typeof(LogFile)] = "has Close",
        [typeof(OutputStream)] = "has Close",
        [typeof(InotifyWalk)] = "closes it with the last watch, when no system call is under way",
        [typeof(InotifyWatcher)] = "the walk closes it",
        [typeof(ListenSockets)] = "keeps what nobody has claimed yet, see DropUnclaimed",
        [typeof(NotifySockets)] = "keeps what nobody has claimed yet, see DropUnclaimed",
        [typeof(Tspm.Supervision.Starting.Listeners)] =
            "closes each with its last user, and leaves the others to the next daemon",
        [typeof(Tspm.Daemon.GuardianChannel)] = "lives as long as the daemon",
        [typeof(GuardianLoop)] = "lives as long as the guardian",
        [typeof(GuardianHome)] = "lives as long as the guardian",
        [typeof(GuardianSignals)] = "lives as long as the guardian",
        [typeof(DescriptorStore)] = "lives as long as the guardian",
        [typeof(DaemonLink)] = "closes it when the daemon has ended",
        [typeof(ProbationReason)] = "has Close",
        [typeof(UpgradeProbation)] = "a fact of the lifecycle, which closes it with an action",
    };

    [Test]
    public async Task Keepers_of_descriptors_are_disposable(CancellationToken cancellation)
    {
        var keepers = typeof(Descriptor).Assembly.GetTypes()
            .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute), false) && !IsOfLifecycle(type))
            .Where(type => type.GetFields(Members).Any(field => Keeps(field.FieldType))).ToList();
        await Assert.That(keepers.Count).IsGreaterThan(20);
        var unexplained = keepers.Where(type => !IsDisposable(type) && !s_notDisposable.ContainsKey(type));
        await Assert.That(unexplained.Select(type => type.Name)).IsEmpty();
        var outdated = s_notDisposable.Keys.Where(type => !keepers.Contains(type) || IsDisposable(type));
        await Assert.That(outdated.Select(type => type.Name)).IsEmpty();
    }

    const BindingFlags Members =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    static bool IsDisposable(Type type) => typeof(IDisposable).IsAssignableFrom(type);

    static bool Keeps(Type type) => type == typeof(Descriptor) || type.GetGenericArguments().Any(Keeps);

    /// <summary>Its rule: a descriptor that came with an event ends in exactly one place; the walks check it.</summary>
    static bool IsOfLifecycle(Type type) =>
        new[] { typeof(GuardianEvent), typeof(GuardianAction), typeof(GuardianState) }
            .Any(kind => kind.IsAssignableFrom(type));
}
