export { principalPlane, type PrincipalPlane } from './principal-plane.ts'
