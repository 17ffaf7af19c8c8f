"""The memory over GraphQL: types, resolvers and the app. The only room with strawberry."""
