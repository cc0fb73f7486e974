using Tspm.Client.Output;
using Tspm.Protocol;

namespace Tspm.Client.Commands;

/// <summary><c>metrics</c>: what is counted and measured, as OpenMetrics text.</summary>
internal static class MetricsCommand
{
    public static void Run(bool json = false) => CommandHost.Execute(session =>
    {
        using var daemon = session.ConnectToRead();
        var answer = daemon.Call(Methods.Metrics, new MetricsRequest(), Wire.Json.EmptyRequest, Wire.Json.MetricsResponse);
        if (json) JsonPrinter.Print(session.Out, answer, PrintJson.Readable.MetricsResponse);
        else session.Out.Write(answer.Text);
        return ExitCodes.Done;
    });
}
