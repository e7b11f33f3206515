export default {
	dialect: 'sqlite',
	schema: './src/lib/server/sqlite/schema.ts',
	out: './drizzle/sqlite',
	casing: 'snake_case'
};
