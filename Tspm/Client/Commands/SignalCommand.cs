using Tspm.Client.Grammar;
using Tspm.Model;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>signal</c>: HUP, SIGHUP, 1, and as with kill(1) also -HUP.</summary>
internal static class SignalCommand
{
    public static void Run([Items] string[]? words = null, bool noAutoStart = false, bool json = false) =>
        CommandHost.Execute(session =>
        {
            var name = words![0].TrimStart('-');
            if (!Signals.TryParse(name, out var signal)) throw new UsageException($"'{words[0]}' is no signal; expected a name such as HUP or SIGHUP, or a number from 1 to 64");
            return new Change<SignalRequest, SignalResponse>(
                Methods.Signal, new SignalRequest { Signal = name, Selectors = words[1..] }, Wire.Json.SignalRequest, Wire.Json.ChangeResponse,
                Output.PrintJson.Readable.ChangeResponse, _ => $"sent {Signals.NameOf(signal)}")
                {
                    Total = static _ => "signalled",
                }
                .Run(session, new ChangeFlags(json, noAutoStart));
        });
}
