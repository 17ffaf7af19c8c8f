// Starts GraphiQL with example tabs. They are about the sample conversation; other memories answer them too.
"use strict";

// The first has no variables: GraphiQL 3.8.3 leaves out those of the tab that it opens with.
const EXAMPLES = [
  {
    query: `# What does the memory hold for a cue, how sure is it, and why?
# The play button or Ctrl-Enter asks.
query Recall {
  recall(
    cue: "Who forgot the stove when the climbing group slept in the hut?"
    first: 5
  ) {
    confidence
    hits {
      score
      text
      citations {
        externalId
        conversation
        message {
          speaker
          sentAt
        }
      }
      contributions {
        signal
        value
      }
      path {
        via
        kind
        name
        activation
      }
    }
  }
}
`,
  },
  {
    query: `# The people of the memory, and the first events they take part in.
query People {
  entities(kinds: [PERSON], first: 10) {
    edges {
      node {
        id
        name
        aliases
        mentionCount
        lastSeen
        events(first: 5) {
          gist
          validFrom
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
  },
  {
    query: `# What happened: who took part, where, when, and in whose words.
query Events {
  events(first: 10) {
    edges {
      node {
        gist
        modality
        negated
        timeText
        validFrom
        validTo
        participants {
          roles
          entity {
            kind
            name
          }
        }
        places {
          name
        }
        citations {
          externalId
          start
          end
        }
      }
    }
  }
}
`,
  },
  {
    query: `# How much the memory holds.
query Stats {
  namespaces
  stats {
    messages
    conversations
    speakers
    first
    last
    kinds {
      kind
      count
    }
  }
}
`,
  },
  {
    variables: {
      input: {
        conversation: "notes",
        speaker: "Ada",
        text: "I moved to Lisbon with Grace in 2023.",
      },
    },
    query: `# Adds a message to the memory. The same again changes nothing.
mutation Remember($input: RememberInput!) {
  remember(input: $input) {
    id
    externalId
    events {
      gist
      participants {
        roles
        entity {
          name
        }
      }
    }
  }
}

# Says what forgetting it would remove; with dryRun: false, removes it.
mutation Forget {
  forget(conversations: ["notes"], dryRun: true) {
    messages
    nodes
    edges
    layers {
      name
      state
    }
  }
}
`,
  },
];

const tabs = EXAMPLES.map(({ query, variables }) => ({
  query,
  variables: variables ? JSON.stringify(variables, null, 2) : "",
}));

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: window.location.pathname }),
    defaultEditorToolsVisibility: "variables",
    defaultTabs: tabs,
    inputValueDeprecation: true,
    isHeadersEditorEnabled: false,
    plugins: [GraphiQLPluginExplorer.explorerPlugin()],
  }),
);
