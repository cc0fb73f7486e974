using System.Text.Json;
using Tspm.Json;
using Tspm.Model.Config;
using Tspm.Model.State;
using Tspm.Protocol;

namespace Tspm.Daemon.Control;

/// <summary>
/// Handles the requests of one method. Each handler is in a file <c>Handlers/NAMEHandler.cs</c>, by which the build
/// finds it (<see cref="HandlerTable"/>), and names its row of <see cref="Methods"/>, which defines the types of its
/// messages.
/// </summary>
internal abstract class Handler
{
    public abstract Method Method { get; }

    /// <summary>Reads and checks the parameters, and handles the request.</summary>
    /// <returns>A function that writes the answer to the request with the given id.</returns>
    /// <exception cref="StrictJsonException">The parameters are not valid; nothing was done.</exception>
    /// <exception cref="RequestException">The request was refused or failed.</exception>
    public abstract Task<Func<JsonElement, byte[]>> Answer(
        DaemonContext context, JsonElement parameters, ClientConnection connection);
}

/// <summary>A handler that needs the connection, for example because it sends more than its answer.</summary>
internal abstract class ConnectionHandler<TRequest, TResponse>(Method<TRequest, TResponse> method) : Handler
    where TRequest : class
    where TResponse : class
{
    public sealed override Method Method => method;

    public sealed override async Task<Func<JsonElement, byte[]>> Answer(
        DaemonContext context, JsonElement parameters, ClientConnection connection)
    {
        var request = StrictJson.Read(parameters, WireJson.Default.Of<TRequest>(), "params", ConfigFieldHints.Instance);
        RequestWaits.Check(parameters);
        var response = await Handle(context, request, connection);
        return id => Framing.Result(id, response, WireJson.Default.Of<TResponse>());
    }

    public abstract Task<TResponse> Handle(DaemonContext context, TRequest request, ClientConnection connection);
}

/// <summary>The usual handler: one request, one answer.</summary>
internal abstract class Handler<TRequest, TResponse>(Method<TRequest, TResponse> method)
    : ConnectionHandler<TRequest, TResponse>(method)
    where TRequest : class
    where TResponse : class
{
    public sealed override Task<TResponse> Handle(
        DaemonContext context, TRequest request, ClientConnection connection) =>
        Handle(context, request, connection.Requester);

    /// <param name="context">The daemon.</param>
    /// <param name="request">The members have the right JSON types; the handler checks their values.</param>
    /// <param name="by">The client; null if the kernel does not report it.</param>
    public abstract Task<TResponse> Handle(DaemonContext context, TRequest request, Requester? by);
}
