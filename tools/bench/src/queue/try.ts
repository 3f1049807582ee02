import { testRedis } from '@flatland/batch-study/testing'
import { measureLoad, measureStore } from './measure-load.ts'
const server = await testRedis()
try {
  console.log(await measureStore())
  for (const w of [1, 20, 200]) console.log(await measureLoad(server.url, w))
} finally {
  await server.stop()
}
