using Tspm.Protocol;

namespace Tspm.Tests.Direct;

/// <summary>What every verb refuses that takes processes: a name that none has. Nothing is changed.</summary>
internal static class RefusedRows
{
    const string Unknown = "nobody";

    static readonly (string Line, Method Method)[] WithUnknown =
    [
        ("list nobody", Methods.List), ("describe nobody", Methods.Describe), ("env nobody", Methods.Env),
        ("pid nobody", Methods.List), ("logs nobody", Methods.List), ("logs nobody web", Methods.List),
        ("events nobody", Methods.Events), ("why nobody", Methods.Events),
        ("export config nobody", Methods.Describe), ("start nobody web", Methods.Start),
        ("stop nobody", Methods.Stop), ("stop web nobody", Methods.Stop), ("restart nobody", Methods.Restart),
        ("reload nobody", Methods.Reload), ("delete nobody", Methods.Delete), ("delete web nobody", Methods.Delete),
        ("reset nobody", Methods.Reset), ("signal HUP nobody", Methods.Signal), ("rename nobody site", Methods.Rename),
        ("scale nobody 2", Methods.Scale), ("set nobody restart.delayMs=1", Methods.Set),
        ("flush nobody", Methods.Flush), ("reopen nobody", Methods.Reopen), ("send nobody line", Methods.Send),
    ];

    static readonly (string Line, Method Method)[] WithBadPattern =
    [
        ("list '/(/'", Methods.List), ("logs '/(/'", Methods.List), ("events '/(/'", Methods.Events),
        ("why '/(/'", Methods.Events), ("start '/(/'", Methods.Start), ("stop web '/(/'", Methods.Stop),
        ("restart '/(/'", Methods.Restart), ("delete '/(/'", Methods.Delete),
    ];

    /// <summary>The message names what was typed.</summary>
    static readonly (string Line, string Said)[] WithBadValue =
    [
        ("start sleep --memory 0", "--memory: '0' is not valid; expected a whole number, 1 or more"),
        ("start sleep --start-timeout 0", "--start-timeout: '0' is not valid"),
        ("start sleep --max-restarts 0", "--max-restarts: '0' is not valid"),
        ("start sleep -i 1001", "--instances: '1001' is not valid; expected a whole number from 1 to 1000"),
        ("start sleep --log-keep 1001", "--log-keep: '1001' is not valid"),
        ("start sleep --stop-exit-codes 256", "--stop-exit-codes: '256' is not valid"),
        ("add sleep --time-zone UTC", "--time-zone is the time zone of a schedule, and there is none"),
    ];

    /// <summary>They need a process to be named.</summary>
    static readonly string[] WithoutWords =
        ["stop", "restart", "reload", "delete", "describe", "env", "pid", "why", "search", "set", "scale", "rename",
            "reset", "flush", "signal", "send", "import", "export"];

    public static readonly VerbRow[] All =
    [
        .. WithUnknown.Select(static row => new VerbRow(row.Line)
        {
            When = "unknown",
            Given = [Seeds.Web],
            Asks = row.Method,
            Error = ErrorCode.NoSuchProcess,
            Code = 3,
            Err = [Unknown],
            Leaves = "web:0 online",
        }),
        .. WithBadPattern.Select(static row => new VerbRow(row.Line)
        {
            When = "a pattern is not valid",
            Given = [Seeds.Web],
            Asks = row.Method,
            Error = ErrorCode.InvalidParams,
            Code = 2,
            Err = ["the pattern /(/ is not a valid regular expression"],
            Leaves = "web:0 online",
        }),
        .. WithBadValue.Select(static row => new VerbRow(row.Line) { Code = 2, Err = [row.Said], Leaves = "" }),
        .. WithBadValue.Where(static row => row.Line.EndsWith('0')).Select(static row => new VerbRow(
            row.Line.Replace("start sleep", "set web", StringComparison.Ordinal))
        {
            Given = [Seeds.Web],
            Code = 2,
            Err = [row.Said],
        }),
        .. WithoutWords.Select(static verb => new VerbRow(verb)
        {
            When = "nothing is named",
            Given = [Seeds.Web],
            Code = 2,
            Err = [verb],
            Leaves = "web:0 online",
        }),
    ];
}
