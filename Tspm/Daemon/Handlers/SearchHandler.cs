using Tspm.Daemon.Answers;
using Tspm.Daemon.Control;
using Tspm.Model.State;
using Tspm.Protocol;
using Tspm.Supervision.Process;

namespace Tspm.Daemon.Handlers;

/// <summary><c>search</c>: finds text in names, namespaces, commands and arguments, ignoring case.</summary>
internal sealed class SearchHandler() : Handler<SearchRequest, SearchResponse>(Methods.Search)
{
    public override Task<SearchResponse> Handle(DaemonContext context, SearchRequest request, Requester? by) =>
        Task.FromResult(new SearchResponse
        {
            Processes = Statuses
                .From(context, [.. context.Supervisor.Views().Where(view => Mentions(view, request.Text))]),
        });

    static bool Mentions(ProcessView view, string text)
    {
        var definition = view.Definition;
        return Has(definition.Name, text) || Has(definition.Namespace, text) || Has(definition.Config.Command, text)
            || definition.Config.Args?.Any(argument => Has(argument, text)) == true;
    }

    static bool Has(string? where, string text) => where?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
}
