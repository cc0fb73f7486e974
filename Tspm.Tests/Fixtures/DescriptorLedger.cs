using System.Diagnostics;
using System.Runtime.CompilerServices;
using Tspm.Platform;
using Tspm.Tests.Supervision;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// Knows who opened every descriptor that has an owner. Whatever the tests have opened through the product and not
/// closed fails the whole run at its end, and so does a number that was closed behind its owner's back: it shows when
/// the kernel gives it out again.
/// </summary>
internal sealed class DescriptorLedger : IDescriptorLedger
{
    /// <summary>Readings of /proc and the like may still be under way on other threads.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    static readonly DescriptorLedger s_ofAllTests = new();

    /// <summary>As many calls are shown: from the one that opened it to the test.</summary>
    const int ShownCalls = 12;

    readonly Dictionary<int, StackTrace> _open = [];
    readonly List<string> _stolen = [];

    [ModuleInitializer]
    internal static void Begin() => DescriptorTable.Ledger = s_ofAllTests;

    [After(TestSession)]
    public static async Task Every_descriptor_was_closed()
    {
        for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < Patience; await Task.Delay(50))
            if (s_ofAllTests.Mistakes().Count == 0) return;
        throw new InvalidOperationException(string.Join("\n\n", s_ofAllTests.Mistakes()));
    }

    public void Owned(int number)
    {
        if (number >= PlayedDescriptor.First) return;
        var opened = new StackTrace(skipFrames: 2, fNeedFileInfo: false);
        lock (_open)
        {
            if (_open.TryGetValue(number, out var before))
                _stolen.Add($"descriptor {number} was closed by somebody else than its owner: {Calls(before)}");
            _open[number] = opened;
        }
    }

    public void GivenUp(int number)
    {
        lock (_open) _open.Remove(number);
    }

    /// <summary>In words, with where each was opened.</summary>
    public List<string> Mistakes()
    {
        lock (_open)
            return [.. _stolen,
                .. _open.Select(open => $"descriptor {open.Key} was never closed: {Calls(open.Value)}")];
    }

    static string Calls(StackTrace trace) => string.Join(" ← ", trace.GetFrames()
        .Select(frame => frame.GetMethod())
        .Where(method => method?.DeclaringType?.FullName?.StartsWith("Tspm.", StringComparison.Ordinal) == true)
        .Select(method => $"{method!.DeclaringType!.Name}.{method.Name}").Take(ShownCalls));
}
