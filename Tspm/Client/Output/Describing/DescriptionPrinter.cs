using Tspm.Client.Terminal;

namespace Tspm.Client.Output.Describing;

/// <summary>Prints descriptions for people: drawn on a terminal, otherwise plain.</summary>
internal static class DescriptionPrinter
{
    public static void Print(OutputWriter output, IReadOnlyList<Described> processes)
    {
        for (var i = 0; i < processes.Count; i++)
        {
            if (i > 0) output.WriteLine();
            if (!output.IsTerminal) PlainDescription.Print(output, processes[i]);
            else
                DrawnDescription.Print(new StreamSink(output), processes[i], StandardStreams.Size(),
                    TimeProvider.System.GetLocalNow());
        }
    }
}
