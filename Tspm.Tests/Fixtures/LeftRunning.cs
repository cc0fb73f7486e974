using System.Collections.Concurrent;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// Fails a test whose processes outlived it. This is done after the test and not in the box's <c>DisposeAsync</c>,
/// because an exception there would replace the test's own failure, which usually is the reason why something was left
/// running.
/// </summary>
public static class LeftRunning
{
    static readonly ConcurrentDictionary<string, string> s_reports = new();

    internal static void Report(string sentence)
    {
        if (TestContext.Current is { } test)
            s_reports.AddOrUpdate(test.Id, sentence, (_, before) => $"{before}\n{sentence}");
        else throw new InvalidOperationException(sentence);
    }

    [AfterEvery(Test)]
    public static void Check(TestContext test)
    {
        if (s_reports.TryRemove(test.Id, out var sentence)) throw new InvalidOperationException(sentence);
    }
}
