using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Tspm.Tests.Fixtures;

/// <summary>
/// The product limits matches through a setting that Regex reads once; in the test process somebody else's expression
/// comes first. So it is set and read here, before everything, and wide enough for a busy machine.
/// </summary>
internal static class RegexTimeout
{
    [ModuleInitializer]
    internal static void Set()
    {
        AppContext.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", TimeSpan.FromSeconds(2));
        _ = new Regex("x").MatchTimeout;
    }
}
