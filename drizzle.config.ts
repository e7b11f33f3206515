export default {
	dialect: 'postgresql',
	schema: './src/lib/server/postgres/schema/*.ts',
	out: './drizzle/postgres',
	casing: 'snake_case'
};
